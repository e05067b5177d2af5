#include "ganymede/train/datasets.h"

#include <algorithm>

#include "ganymede/data/sources.h"

namespace ganymede::train {
namespace {

data::Fit fit_of(config::DataFit fit) {
  switch (fit) {
    case config::DataFit::kPad:
      return data::Fit::kPad;
    case config::DataFit::kStretch:
      return data::Fit::kStretch;
    default:
      return data::Fit::kCrop;
  }
}

}  // namespace

std::shared_ptr<const data::Dataset> open_data(const config::DataConfig& config, const nn::Shape& image,
                                               std::uint64_t seed) {
  return data::open_dataset({.name = config.name,
                             .path = config.path,
                             .splits = config.splits,
                             .classes = config.classes,
                             .size = {static_cast<int>(image.height()), static_cast<int>(image.width())},
                             .channels = static_cast<int>(image.channels()),
                             .count = static_cast<std::size_t>(config.count),
                             .seed = seed,
                             .attributes = config.attributes,
                             .where = config.where,
                             .photos = config.photos,
                             .exclude = config.exclude,
                             .fit = fit_of(config.fit),
                             .skip_bad = config.skip_bad});
}

std::shared_ptr<const data::Dataset> open_data(const config::Recipe& recipe, const models::Gan& gan) {
  return open_data(recipe.data, gan.image_shape(), recipe.train.seed);
}

std::shared_ptr<const data::Dataset> open_source(const config::Recipe& recipe, const models::Gan& gan) {
  if (!gan.encoder) return nullptr;
  return open_data(recipe.source, gan.encoder->input_shape(), recipe.train.seed);
}

std::shared_ptr<const data::Dataset> open_held_out(const config::DataConfig& config, const nn::Shape& image,
                                                   std::uint64_t seed, std::size_t count) {
  const auto known = data::source_named(config.name).splits;
  const auto has = [](const std::vector<std::string>& splits) {
    return std::find(splits.begin(), splits.end(), "test") != splits.end();
  };
  if (!has(known) || has(config.splits)) return nullptr;
  config::DataConfig test = config;
  test.splits = {"test"};
  test.count = static_cast<std::int64_t>(count);
  test.exclude.clear();
  try {
    return open_data(test, image, seed);
  } catch (const Error&) {  // the files of that split are not at hand
    return nullptr;
  }
}

}  // namespace ganymede::train
