// ganymede recipes check: what a recipe would take on this machine, before anything is trained
#include <optional>

#include "cli/command.h"
#include "cli/device.h"
#include "ganymede/config/overrides.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/memory.h"
#include "ganymede/core/progress.h"
#include "ganymede/core/threads.h"
#include "ganymede/data/sources.h"
#include "ganymede/models/summary.h"
#include "ganymede/operations/model.h"
#include "ganymede/recipe/class_count.h"
#include "ganymede/train/benchmark.h"
#include "ganymede/train/datasets.h"
#include "ganymede/train/training_state.h"

namespace ganymede::cli {
namespace {

struct RecipeCheckFlags {
  std::string recipe, data;
  std::vector<std::string> set;
  int steps = 3;
  std::uint64_t images = 0;
  bool json = false;
};

/// The images that a training would open.
struct FoundData {
  std::shared_ptr<const data::Dataset> images;  ///< null where they were not looked for, or are not to be had ...
  std::string why;                              ///< ... for this reason
};

struct RecipeCheck {
  std::int64_t classes = 0;      ///< of the networks
  bool assumed_classes = false;  ///< they follow the data, which was not to be had
  bool follows = false;          ///< they follow the data
  std::string why_assumed;
  std::uint64_t images = 0;  ///< of the data; 0 where nobody counted
  std::vector<std::pair<std::string, models::Summary>> networks;
  std::string image;
  std::optional<train::BenchmarkResult> speed;  ///< nothing where a step cannot be timed
  std::uint64_t memory = 0;                     ///< the most bytes this process held, the steps included
  std::optional<std::uint64_t> steps;           ///< in all; nothing where it needs the number of images
  std::optional<double> seconds;                ///< in all
};

/// Those of --data, and where the recipe's classes follow the data those that it names, as far as there are such.
FoundData data_of(const config::Recipe& recipe, const RecipeCheckFlags& flags) {
  const bool asked = !flags.data.empty();
  if (!asked && !config::follows_data(recipe)) return {};
  if (asked && data::source_named(recipe.data.name).built_in) {
    throw UsageError(
        fmt::format("recipe '{}' makes its own images ('{}') and reads no files", recipe.name, recipe.data.name),
        flags.data, "leave --data out, or add --set 'data.name=\"folder\"'");
  }
  try {
    return {train::open_data(recipe, models::outline_gan(recipe)), {}};
  } catch (const Error& error) {
    if (asked) throw;
    return {nullptr, error.what_happened()};
  }
}

/// As a training would refuse them.
void check_classes(std::int64_t classes, const data::DatasetInfo& info) {
  const auto known = static_cast<std::int64_t>(info.classes.size());
  if (classes == 0 || classes == known) return;
  throw UsageError(
      fmt::format("the networks are for {} but the data has {}", counted(classes, "class", "classes"), known),
      info.where(), "write classes = \"data\" to have as many as there are");
}

RecipeCheck check_recipe(config::Recipe& recipe, const RecipeCheckFlags& flags) {
  RecipeCheck out;
  const FoundData data = data_of(recipe, flags);
  out.follows = config::follows_data(recipe);
  out.assumed_classes = out.follows && data.images == nullptr;
  out.why_assumed = data.why;
  out.images = flags.images > 0 || data.images == nullptr ? flags.images : data.images->size();
  if (data.images) recipe = train::with_classes_of(data.images->info(), recipe);
  const auto gan = models::outline_gan(recipe);
  out.classes = gan.classes();
  if (data.images && recipe.data.conditions.empty()) check_classes(out.classes, data.images->info());
  if (gan.encoder) out.networks.emplace_back("encoder", models::summarise(*gan.encoder));
  out.networks.emplace_back("generator", models::summarise(gan.generator));
  out.networks.emplace_back("discriminator", models::summarise(gan.discriminator));
  const auto& shape = gan.image_shape();
  out.image = fmt::format("{}x{} {}", shape.width(), shape.height(), shape.channels() == 1 ? "grey" : "RGB");
  if (recipe.train.steps || out.images > 0) out.steps = train::steps_in_all(recipe.train, out.images);
  // A translating recipe's step starts from images of its source, which only data can tell.
  if (flags.steps > 0 && !recipe.translates()) out.speed = train::benchmark(recipe, flags.steps, device_to_use());
  if (out.speed && out.steps) out.seconds = train::seconds_in_all(*out.speed, recipe, *out.steps, out.images);
  out.memory = peak_resident_bytes();
  return out;
}

void print_document(const config::Recipe& recipe, const RecipeCheck& check) {
  nlohmann::json document{{"recipe", recipe.name}, {"image", check.image}, {"batch_size", recipe.train.batch_size}};
  document["classes"] = check.classes;
  document["assumed_classes"] = check.assumed_classes;
  document["images"] = check.images > 0 ? nlohmann::json(check.images) : nlohmann::json();
  for (const auto& [name, summary] : check.networks)
    document["parameters"][name] = {{"total", summary.total}, {"trainable", summary.trainable}};
  document["steps"] = check.steps ? nlohmann::json(*check.steps) : nlohmann::json();
  if (check.speed) {
    document["seconds_per_step"] = check.speed->seconds_per_step;
    document["images_per_s"] = check.speed->images_per_s;
    document["precision"] = check.speed->precision;
    document["threads"] = check.speed->threads;
    document["peak_memory_bytes"] = check.memory;
    document["seconds_per_grid"] = check.speed->seconds_per_grid;
    document["seconds_in_all"] = check.seconds ? nlohmann::json(*check.seconds) : nlohmann::json();
  }
  print_json(document);
}

/// How long the whole training takes, or what has to be known for that.
std::string length_text(const config::Recipe& recipe, const RecipeCheck& check) {
  if (check.seconds)
    return fmt::format("about {} for its {}", duration_text(*check.seconds), counted(*check.steps, "step"));
  const double seconds = 10'000 / check.speed->images_per_s;
  const double epochs = *recipe.train.epochs;
  return fmt::format("about {} for each 10,000 images; {} {} asked for (--images N: how long in all)",
                     duration_text(seconds), epochs, epochs == 1 ? "epoch is" : "epochs are");
}

void print_text(const config::Recipe& recipe, const RecipeCheck& check) {
  fmt::print("{}: {}\n", recipe.name, recipe.title.empty() ? "a recipe without a title" : recipe.title);
  fmt::print("  images      {} of {}, batches of {}\n", check.image, recipe.data.name, recipe.train.batch_size);
  if (check.images > 0) fmt::print("  data        {}\n", counted(check.images, "image"));
  if (check.assumed_classes) {
    fmt::print("  classes     as for {}: they follow the data, which is not here ({}); --data PATH names it\n",
               check.classes, check.why_assumed);
  } else if (check.follows) {
    fmt::print("  classes     {}, as the data has\n", counted(check.classes, "class", "classes"));
  }
  for (const auto& [name, summary] : check.networks) {
    fmt::print("  {:<13} {:>12} {}, {}\n", name, grouped(summary.total),
               summary.total == 1 ? "parameter" : "parameters", counted(summary.layers.size(), "layer"));
  }
  if (!check.speed) {
    fmt::print("  time          not measured{}\n",
               recipe.translates() ? ": it starts from images of its source; see 'ganymede train --steps 10'" : "");
    return;
  }
  fmt::print("  step          {:.3f} s, {:.0f} images/s ({}, {})\n", check.speed->seconds_per_step,
             check.speed->images_per_s, check.speed->precision, counted(check.speed->threads, "thread"));
  fmt::print("  memory        {:.2f} GiB at most, without the images\n",
             static_cast<double>(check.memory) / (std::uint64_t{1} << 30));
  fmt::print("  time          {}\n", length_text(recipe, check));
}

}  // namespace

void add_recipes_check(CLI::App& app) {
  show_examples(app, "ganymede recipes check mine.toml\nganymede recipes check dcgan-64 --images 5000");
  auto flags = std::make_shared<RecipeCheckFlags>();
  app.add_option("recipe", flags->recipe, "a recipe file, or the name of a shipped one")->required();
  app.add_option("--set", flags->set, "section.key=value, overrides the recipe")->type_size(1)->allow_extra_args(false);
  limited(app.add_option("--steps", flags->steps, "steps to time; 0 times nothing"), 0, 1000)->capture_default_str();
  app.add_option("--images", flags->images, "how many images the data has, for the time of all epochs")->type_name("N");
  app.add_option("--data", flags->data, "images to count, and their classes: the data set's folder, archive or file")
      ->type_name("PATH");
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] {
    set_threads(globals().threads);
    auto set = flags->set;
    if (!flags->data.empty()) set.push_back(config::override_text("data.path", flags->data));
    auto recipe = operations::load_recipe(flags->recipe, set);
    const RecipeCheck found = check_recipe(recipe, *flags);
    if (flags->json) {
      print_document(recipe, found);
    } else {
      print_text(recipe, found);
    }
  });
}

}  // namespace ganymede::cli
