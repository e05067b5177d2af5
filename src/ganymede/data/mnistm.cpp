// MNIST-M (Ganin et al., "Domain-adversarial training of neural networks", 2016): each digit of MNIST on a patch of a
// photograph, as |patch - digit| in each channel. The original took its patches from BSDS500; here any photographs do,
// CIFAR-10's unless told otherwise.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "ganymede/core/error.h"
#include "ganymede/core/random.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

/// The photographs for a split: the source's own split of that name, so that test digits never share a photograph with
/// training digits; all of them where the source has none.
std::shared_ptr<const Dataset> open_photos(const std::filesystem::path& path, const std::string& split) {
  if (!std::filesystem::exists(path)) {
    throw Error("no photographs to put digits on", path.string(),
                "name a data set's folder in [data].photos or with --photos, or run `ganymede data fetch cifar10`");
  }
  DatasetOptions options;
  options.name = guess_source(path);
  options.path = path;
  options.channels = 3;
  const auto& known = source_named(options.name).splits;
  if (std::find(known.begin(), known.end(), split) != known.end()) options.splits = {split};
  return open_dataset(options);
}

/// Puts digit `index` of a split onto a patch of a photograph; both follow from (seed, split, index).
void draw(const Dataset& digits, const Dataset& photos, std::uint64_t seed, const std::string& split, std::size_t index,
          std::span<std::uint8_t> out) {
  const int height = digits.info().height, width = digits.info().width;
  Random random(stream_seed(seed, "mnistm/" + split, index));
  const auto photo = random.below(photos.size());
  const auto left = static_cast<int>(random.below(static_cast<std::uint64_t>(photos.info().width - width + 1)));
  const auto top = static_cast<int>(random.below(static_cast<std::uint64_t>(photos.info().height - height + 1)));
  std::vector<std::uint8_t> digit(digits.image_bytes()), ground(photos.image_bytes());
  digits.read(index, digit);
  photos.read(photo, ground);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* patch = ground.data() + (static_cast<std::size_t>(top + y) * photos.info().width + left) * 3;
    for (int x = 0; x < width; ++x) {
      const int level = digit[static_cast<std::size_t>(y) * width + x];
      std::uint8_t* pixel = out.data() + (static_cast<std::size_t>(y) * width + x) * 3;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(std::abs(patch[3 * x + c] - level));
    }
  }
}

std::shared_ptr<const Dataset> open_mnistm(const DatasetOptions& options) {
  Images images;
  DatasetInfo info;
  info.name = "mnistm";
  info.path = options.path;
  info.splits = options.splits;
  for (const auto& split : options.splits) {
    DatasetOptions asked;
    asked.name = "mnist";
    asked.path = options.path;
    asked.splits = {split};
    const auto digits = open_dataset(asked);
    const auto photos = open_photos(options.photos, split);
    const DatasetInfo &small = digits->info(), &large = photos->info();
    if (large.height < small.height || large.width < small.width) {
      throw UsageError(fmt::format("photographs of {}x{} are too small for digits of {}x{}", large.width, large.height,
                                   small.width, small.height),
                       options.photos.string(), "name larger ones in [data].photos or with --photos");
    }
    if (images.count() > 0 && (small.height != images.height || small.width != images.width)) {
      throw Error(
          fmt::format("digits of {}x{} follow ones of {}x{}", small.width, small.height, images.width, images.height),
          options.path.string(), "load one split alone");
    }
    info.classes = small.classes;
    for (const auto* notes : {&small.notes, &large.notes}) {
      for (const auto& note : *notes) {
        if (std::find(info.notes.begin(), info.notes.end(), note) == info.notes.end()) info.notes.push_back(note);
      }
    }
    images.height = small.height;
    images.width = small.width;
    images.channels = 3;
    const std::size_t before = images.count(), bytes = images.image_bytes();
    images.pixels.resize((before + digits->size()) * bytes);
    for (std::size_t i = 0; i < digits->size(); ++i) images.labels.push_back(digits->label(i));
    parallel(digits->size(), [&](std::size_t i) {
      draw(*digits, *photos, options.seed, split, i, std::span(images.pixels).subspan((before + i) * bytes, bytes));
    });
  }
  info.notes.push_back(fmt::format("put on photographs of {}", options.photos.string()));
  return in_memory(std::move(info), std::move(images));
}

}  // namespace

void register_mnistm(SourceRegistry& registry) {
  add_source(registry, {.name = "mnistm",
                        .title = "MNIST-M: MNIST's digits on photographs, made by the program",
                        .splits = {"train", "test"},
                        .shape = "28x28 RGB",
                        .open = open_mnistm,
                        .home = "mnist",
                        .options = {"photos"},
                        .complete = [](DatasetOptions& options) {
                          if (options.photos.empty()) options.photos = data_root() / "cifar10";
                        }});
}

}  // namespace ganymede::data
