// A data set that ships nowhere: images of two grey levels, told by a file's name.
#include "ganymede/data/memory.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

std::shared_ptr<const Dataset> open_levels(const DatasetOptions& options) {
  Images images;
  images.height = images.width = 8;
  images.channels = 1;
  for (int i = 0; i < 10; ++i) images.labels.push_back(i % 2);
  images.pixels.resize(images.count() * images.image_bytes(), 200);
  DatasetInfo info;
  info.name = "levels";
  info.path = options.path;
  info.classes = {"dark", "light"};
  info.splits = options.splits;
  return in_memory(std::move(info), std::move(images));
}

Source levels() {
  return {.name = "levels",
          .title = "two grey levels",
          .splits = {"train"},
          .shape = "8x8 grey",
          .open = open_levels,
          .has = [](const std::string& file, const std::string&) { return file == "levels.bin"; }};
}

[[maybe_unused]] const bool kAdded = (add_source(sources(), levels()), true);

}  // namespace
}  // namespace ganymede::data
