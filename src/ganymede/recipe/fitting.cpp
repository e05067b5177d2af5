#include "ganymede/recipe/fitting.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ganymede/config/overrides.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::config {
namespace {

constexpr std::size_t kMinImages = 16;
/// Below it classes are left out: a class that is hardly ever seen is not learned, and makes the others worse.
constexpr std::size_t kMinOfAClass = 50, kMaxClasses = 200;
constexpr int kWidestLayer = 512, kNarrowestLayer = 64;

/// The recipe's choices, each with its reason.
struct Choices {
  int size = 32, channels = 3, batch = 64;
  bool conditional = false, augmented = false;
  std::uint64_t steps = 0;
  std::string why_size, why_channels, why_classes, why_augmented, why_steps, why_batch;
};

void choose_size(const ImageFacts& facts, const FittingWishes& wishes, Choices& out) {
  if (wishes.size) {
    out.size = *wishes.size;
    out.why_size = "as asked for";
  } else {
    out.size = facts.shorter_side >= 48 ? 64 : facts.shorter_side >= 24 ? 32 : 16;
    out.why_size = fmt::format("half of the images have a shorter side of {} pixels or more", facts.shorter_side);
    if (facts.shorter_side >= 128) out.why_size += "; --size 128 takes about four times as long";
  }
  if (facts.ratio > 1.1)
    out.why_size +=
        "; their centres are cropped: fit = \"pad\" keeps all of an image, size = [height, width] its shape";
}

void choose_channels(const ImageFacts& facts, Choices& out) {
  out.channels = facts.grey == facts.images ? 1 : 3;
  if (facts.grey == facts.images) {
    out.why_channels = "all images are grey";
  } else if (facts.grey > 0) {
    out.why_channels = fmt::format("{} of {} {} grey, the others are not", grouped(facts.grey),
                                   counted(facts.images, "image"), facts.grey == 1 ? "is" : "are");
  } else {
    out.why_channels = "the images have colours";
  }
}

void choose_classes(const ImageFacts& facts, Choices& out) {
  if (facts.classes.size() < 2) {
    out.why_classes = "nothing tells classes: unconditional";
  } else if (facts.unlabelled > 0) {
    out.why_classes =
        counted(facts.unlabelled, "image has", "images have") + " no class, so none is used: unconditional";
  } else if (facts.smallest_class < kMinOfAClass || facts.classes.size() > kMaxClasses) {
    out.why_classes =
        fmt::format("{}, of which the smallest has {}: too few to learn, so unconditional",
                    counted(facts.classes.size(), "class", "classes"), counted(facts.smallest_class, "image"));
  } else {
    out.conditional = true;
    out.why_classes =
        fmt::format("{} of {} or more: an image of a class can be asked for",
                    counted(facts.classes.size(), "class", "classes"), counted(facts.smallest_class, "image"));
  }
}

void choose_training(const ImageFacts& facts, const FittingWishes& wishes, Choices& out) {
  constexpr std::size_t kEnough = 20'000;  // DiffAugment's gain on CIFAR-10 fades at the whole set
  out.augmented = facts.images < kEnough;
  out.why_augmented = fmt::format(
      "{} {}", counted(facts.images, "image is", "images are"),
      out.augmented ? "few: without it the discriminator learns them by heart" : "enough to do without augmentation");
  out.batch = facts.images < 1000 ? 32 : 64;
  out.why_batch = "larger ones want larger learning rates";
  constexpr std::uint64_t kEpochs = 100, kMinSteps = 2000;
  const auto batch = static_cast<std::uint64_t>(out.batch);
  out.steps = wishes.steps.value_or(std::max(kMinSteps, kEpochs * facts.images / batch));
  out.why_steps = fmt::format(
      "{}; --resume --steps N goes on for longer",
      counted(std::llround(static_cast<double>(out.steps * batch) / static_cast<double>(facts.images)), "epoch"));
}

/// Filters from 4x4 to half of the image's side, the widest first.
std::vector<int> widths_of(int size) {
  std::vector<int> widths;
  for (int side = size / 2, width = kNarrowestLayer; side >= 4; side /= 2, width = std::min(2 * width, kWidestLayer))
    widths.insert(widths.begin(), width);
  return widths;
}

std::string generator_layers(const Choices& choices) {
  const auto widths = widths_of(choices.size);
  const std::string norm =
      choices.conditional ? "{ conditional_batch_norm = true, classes = \"data\" }" : "\"batch_norm\"";
  std::string out =
      fmt::format("  {{ dense = {}, bias = false }},\n  {{ reshape = [{}, 4, 4] }},\n", 16 * widths[0], widths[0]);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool last = i + 1 == widths.size();
    out += fmt::format("  {},\n  \"relu\",\n  {{ conv_transpose = {}, kernel = 4, stride = 2, padding = 1{} }},\n",
                       norm, last ? choices.channels : widths[i + 1], last ? "" : ", bias = false");
  }
  return out + "  \"tanh\",\n";
}

std::string discriminator_layers(const Choices& choices) {
  auto widths = widths_of(choices.size);
  std::reverse(widths.begin(), widths.end());
  std::string out;
  for (const int width : widths) {
    out += fmt::format(
        "  {{ conv = {}, kernel = 4, stride = 2, padding = 1, spectral_norm = true }},\n  {{ leaky_relu = 0.2 }},\n",
        width);
  }
  out += "  { minibatch_stddev = 8 },  # sees how alike a batch's images are: against collapse\n  \"flatten\",\n";
  return out + (choices.conditional ? "  { projection = true, classes = \"data\", spectral_norm = true },\n"
                                    : "  { dense = 1, spectral_norm = true },\n");
}

}  // namespace

std::string fitting_recipe(const std::string& name, const ImageFacts& facts, const FittingWishes& wishes) {
  if (facts.images < kMinImages) {
    throw UsageError(counted(facts.images, "image is", "images are") + " too few to train on", facts.path,
                     fmt::format("{} are the least; a few hundred show that it works", kMinImages));
  }
  Choices choices;
  choose_size(facts, wishes, choices);
  choose_channels(facts, choices);
  choose_classes(facts, choices);
  choose_training(facts, wishes, choices);
  const auto assigned = [](const char* key, const auto& value) {
    std::string text = override_text(key, value);
    return text.replace(text.find('='), 1, " = ");
  };
  std::string out = fmt::format(
      "# Written by `ganymede new {0}`. Train it with `ganymede train {0}`; every choice may be changed.\n", name);
  out += assigned("title", fmt::format("{} of {}", counted(facts.images, "image"), name)) + "\n\n[data]\n" +
         assigned("name", facts.source) + "\n";
  out += assigned("path", facts.path) + "\n";
  out += fmt::format("size = {}  # {}\nchannels = {}  # {}\n", choices.size, choices.why_size, choices.channels,
                     choices.why_channels);
  out += "flip = false  # true where mirrored images look right: as good as twice as many\n";
  if (facts.bad > 0)
    out += fmt::format("skip_bad = true  # {} cannot be read: `ganymede data check` names {}\n",
                       counted(facts.bad, "file"), facts.bad == 1 ? "it" : "them");
  out += fmt::format("# classes: {}\n\n[latent]\nsize = 128\n\n[generator]\ninit = \"normal\"\nlayers = [\n{}]\n",
                     choices.why_classes, generator_layers(choices));
  out += fmt::format("\n[discriminator]\ninit = \"normal\"\nlayers = [\n{}]\n", discriminator_layers(choices));
  out += "\n[objective]\nname = \"hinge\"\n\n[augment]\n";
  out += fmt::format("name = \"{}\"  # {}\n", choices.augmented ? "diffaugment" : "none", choices.why_augmented);
  for (const char* network : {"generator", "discriminator"})
    out += fmt::format("\n[optimizer.{}]\nname = \"adam\"\nlearning_rate = 2e-4\nbeta1 = 0.5\n", network);
  out += fmt::format("\n[train]\nbatch_size = {}  # {}\nsteps = {}  # {}\n", choices.batch, choices.why_batch,
                     choices.steps, choices.why_steps);
  out += "ema = 0.999  # images come from an average of the last 1,000 steps' weights\n";
  return out +
         fmt::format("\n[sample]\nevery = {}\ncount = 64\n", std::clamp<std::uint64_t>(choices.steps / 20, 10, 1000));
}

}  // namespace ganymede::config
