#include "ganymede/operations/image_sets.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "ganymede/checkpoint/safetensors_header.h"
#include "ganymede/core/progress.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/shards.h"
#include "ganymede/data/sources.h"
#include "ganymede/data/survey.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/quality/generated_images.h"
#include "ganymede/train/datasets.h"

namespace ganymede::operations {
namespace {

namespace fs = std::filesystem;

bool known_set(const std::string& name) {
  const auto names = data::dataset_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// "cifar10:test" into the set and its split; what exists or is a set's name as a whole stays whole.
std::pair<std::string, std::vector<std::string>> split_off(const std::string& what) {
  const auto colon = what.rfind(':');
  if (data::is_there(what) || known_set(what) || colon == std::string::npos) return {what, {}};
  return {what.substr(0, colon), {what.substr(colon + 1)}};
}

/// What image files of several sizes are stretched to: `mixed`, or what it stands for; nothing where they have one size
/// or one is asked for. What is decoded to tell them is kept for the opening that follows.
data::ImageSize size_of_mixed(const data::DatasetOptions& wanted, data::ImageSize mixed) {
  const auto list = data::source_named(wanted.name).list;
  if (list == nullptr || wanted.size.given() || !mixed.given()) return {};
  auto options = data::settled(wanted);
  const auto listed = list(options);
  std::set<std::pair<int, int>> sizes;
  std::vector<int> sides;
  for (const auto& e : data::examine(*listed.store, listed.listing.images, data::decode_options(options))) {
    if (!e.fault.empty()) continue;
    sizes.emplace(e.width, e.height);
    sides.push_back(std::min(e.width, e.height));
  }
  if (sizes.size() < 2) return {};
  if (mixed.height != ImageSetOptions::kMedianSide) return mixed;
  std::sort(sides.begin(), sides.end());
  return sides[sides.size() / 2];
}

OpenedImageSet open_images(const std::string& what, const ImageSetOptions& options) {
  const auto [name, splits] = split_off(what);
  data::DatasetOptions wanted;
  wanted.name = name;
  wanted.splits = splits;
  wanted.size = options.size;
  wanted.channels = options.channels;
  wanted.count = static_cast<std::size_t>(options.count);
  wanted.fit = options.fit.value_or(data::Fit::kCrop);
  wanted.skip_bad = options.skip_bad;
  if (!known_set(name)) {
    const bool path = data::is_there(name);
    if (!path && (name.find('/') != std::string::npos || name.find('.') != std::string::npos)) {
      throw Error("no such file or folder", name, "check the path");
    }
    if (path) {
      wanted.name = data::guess_source(name);
      wanted.path = name;
    }
  }
  if (data::source_named(wanted.name).deep) wanted.bits = options.bits;
  if (const auto size = size_of_mixed(wanted, options.mixed); size.given()) {
    wanted.size = size;
    wanted.fit = options.fit.value_or(data::Fit::kStretch);
  }
  auto images = data::open_dataset(wanted);
  std::string fit = fit_text(images->info(), wanted.fit);
  return {{what, std::move(images)}, nullptr, std::move(fit)};
}

OpenedImageSet translated_image_set(ModelPtr model, const ImageSetOptions& options) {
  auto config = recipe_with_data(*model).source;
  if (!options.source.empty()) config.path = options.source;
  const auto& shape = model->encoder()->input_shape();
  const auto seed = model->recipe().train.seed;
  auto source = train::open_held_out(config, shape, seed, static_cast<std::size_t>(options.count));
  if (!source) {
    config.count = options.count;
    source = train::open_data(config, shape, seed);
  }
  const std::string name = model->path().string();
  Progress progress("translating", source->size(), "image");
  auto images =
      quality::translate_images(model->file(), *source, name, [&](std::size_t done) { progress.update(done); });
  return {{name, std::move(images)}, std::move(model)};
}

}  // namespace

std::string fit_text(const data::DatasetInfo& info, data::Fit fit) {
  if (!info.resized) return "none";
  const data::ImageSize size(info.height, info.width);
  const std::string shape = size.height == size.width ? "square" : "rectangle";
  const std::string how = fit == data::Fit::kPad       ? "each on white in a " + shape
                          : fit == data::Fit::kStretch ? "each stretched to a " + shape
                                                       : "the centre " + shape + " of each";
  return fmt::format("{}, resized to {} (triangle filter, antialiased)", how, size.text());
}

bool names_model(const std::string& what) {
  std::error_code ignored;
  const fs::path path = what;
  if (path.extension() == ".safetensors" && fs::is_regular_file(path, ignored)) {
    std::ifstream file(path, std::ios::binary);
    return checkpoint::read_header(file, fs::file_size(path), what).metadata.contains("recipe");
  }
  return fs::exists(path / "model.safetensors", ignored) || fs::exists(path / "best.safetensors", ignored);
}

OpenedImageSet generated_image_set(ModelPtr model, const ImageSetOptions& options) {
  if (model->encoder() != nullptr) return translated_image_set(std::move(model), options);
  const auto count = options.count > 0 ? options.count : kUsualSamples;
  const std::string name = model->path().string();
  Progress progress("generating", static_cast<std::uint64_t>(count), "image");
  auto images = quality::generate_images(model->generator(), model->recipe().latent,
                                         {.name = name,
                                          .classes = model->classes(),
                                          .count = count,
                                          .seed = options.seed,
                                          .bits = model->recipe().data.bits,
                                          .examples = model->examples()},
                                         [&](std::size_t done) { progress.update(done); });
  return {{name, std::move(images)}, std::move(model)};
}

OpenedImageSet open_image_set(const std::string& what, const ImageSetOptions& options) {
  if (names_model(what)) return generated_image_set(Model::load(what, options.device), options);
  if (fs::path(what).extension() == ".safetensors") return {{what, nullptr, quality::read_features(what)}};
  return open_images(what, options);
}

}  // namespace ganymede::operations
