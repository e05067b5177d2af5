#include "ganymede/data/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/data/conditions.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/exclude.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/prepared.h"
#include "ganymede/data/sources.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr int kLargestSize = 4096, kLargestOfRecipe = 1024;
/// Built-in images are rendered once up to this many bytes (a second or two of work), at each read beyond it.
constexpr std::size_t kBuiltInBudget = std::size_t{128} << 20;

void check(const DatasetOptions& options) {
  const auto [height, width] = options.size;
  const bool open = height == 0 && width == 0;
  if (!open && (height < 1 || height > kLargestSize || width < 1 || width > kLargestSize)) {
    throw UsageError(fmt::format("size {} is out of range", options.size.to_toml()), "[data].size",
                     fmt::format("choose 1 to {}, or 0 for the images' own", kLargestSize));
  }
  DatasetOptions copy = options;
  const config::RangeChecker checker("[data]");
  visit_fields(checker, copy);
}

bool knows(const Source& source, const std::string& option) {
  return std::find(source.options.begin(), source.options.end(), option) != source.options.end();
}

/// Options that only some sources know.
void check_own_options(const Source& source, const DatasetOptions& options) {
  if (!source.deep && options.channels != 0 && options.channels != 1 && options.channels != 3) {
    throw UsageError(fmt::format("{} has no images of {}", source.name, counted(options.channels, "channel")),
                     "[data].channels",
                     "choose 1 (grey), 3 (RGB), or 0 for the images' own; folders and arrays (.npy) may have others");
  }
  if (!source.deep && options.bits != 8) {
    throw UsageError(fmt::format("{} has samples of 8 bits", source.name), "[data].bits",
                     "leave bits = 16 out: it belongs to folders and arrays (.npy)");
  }
  if (options.profiles == Profiles::kConvert && source.list == nullptr) {
    throw UsageError(fmt::format("'profiles' means nothing to {}", source.name), "[data]",
                     "leave it out: it belongs to image files");
  }
  if (options.profiles == Profiles::kConvert && !image::converts_profiles()) {
    throw UsageError("this build converts no ICC profiles", "[data].profiles",
                     "build with -DGANYMEDE_PROFILES=ON, or leave it out: colours are then taken as they are stored");
  }
  const std::pair<const char*, bool> own[] = {{"attributes", !options.attributes.empty()},
                                              {"conditions", !options.conditions.empty()},
                                              {"label", !options.label.empty()},
                                              {"photos", !options.photos.empty()},
                                              {"where", !options.where.empty()}};
  for (const auto& [key, given] : own) {
    if (!given || knows(source, key)) continue;
    std::vector<std::string> owners;
    for (const auto& name : dataset_names()) {
      if (knows(source_named(name), key)) owners.push_back(name);
    }
    throw UsageError(fmt::format("'{}' means nothing to {}", key, source.name), "[data]",
                     fmt::format("leave it out: it belongs to {}", fmt::join(owners, ", ")));
  }
  for (const bool given : {!options.label.empty(), !options.classes.empty(), !options.attributes.empty()}) {
    if (!given || options.conditions.empty()) continue;
    throw UsageError("conditions stand beside 'label', 'classes' or 'attributes'", "[data]",
                     "an image has a class or conditions");
  }
}

void check_splits(const Source& source, std::vector<std::string>& splits) {
  if (source.splits.empty()) return;
  if (splits.empty()) splits = {source.splits.front()};
  for (std::size_t i = 0; i < splits.size(); ++i) {
    const auto& split = splits[i];
    if (std::find(source.splits.begin(), source.splits.end(), split) == source.splits.end()) {
      throw UsageError(fmt::format("unknown split '{}'", split), source.name, suggest(split, source.splits));
    }
    if (std::find(splits.begin(), splits.begin() + static_cast<std::ptrdiff_t>(i), split) !=
        splits.begin() + static_cast<std::ptrdiff_t>(i)) {
      throw UsageError(fmt::format("split '{}' was asked for twice", split), source.name, "name it once");
    }
  }
}

/// Where the source's files are: `asked`, the folder of the source's name in it, or its place below data_root().
fs::path resolve(const Source& source, const fs::path& asked) {
  if (source.anywhere) return asked;
  if (asked.empty()) return home_of(source.name);
  const std::string& home = source.home.empty() ? source.name : source.home;
  return fs::is_directory(asked / home) ? asked / home : asked;
}

}  // namespace

ImageSize ImageSize::from_node(const toml::node& node, const std::function<void(const std::string&)>& fail) {
  const auto side = [&](const toml::node& number, std::int64_t least) {
    const auto pixels = number.value_exact<std::int64_t>();
    if (!pixels) fail("must be a whole number, or [height, width]");
    if (*pixels < least || *pixels > kLargestOfRecipe) {
      fail(fmt::format("is {}, which is outside {} to {}", *pixels, least, kLargestOfRecipe));
    }
    return static_cast<int>(*pixels);
  };
  const auto* both = node.as_array();
  if (both == nullptr) return ImageSize(side(node, 0));
  if (both->size() != 2) fail(fmt::format("has {} where [height, width] has two", counted(both->size(), "number")));
  return {side(*both->get(0), 1), side(*both->get(1), 1)};
}

ImageSize ImageSize::of_text(const std::string& text) {
  ImageSize size;
  const char *at = text.data(), *end = at + text.size();
  const auto number = [&](int& pixels) {
    const auto [rest, error] = std::from_chars(at, end, pixels);
    at = rest;
    return error == std::errc{};
  };
  bool whole = number(size.height);
  size.width = size.height;
  if (whole && at != end) whole = *at++ == ',' && number(size.width);
  if (!whole || at != end) {
    throw UsageError(fmt::format("'{}' is no size", text), "--size",
                     "write pixels a side, 64, or height and width: 64,96");
  }
  return size;
}

std::string ImageSize::to_toml() const {
  return height == width ? std::to_string(height) : fmt::format("[{}, {}]", height, width);
}

fs::path data_root() {
  const char* named = std::getenv("GANYMEDE_DATA");
  return named != nullptr && *named != '\0' ? named : "datasets";
}

fs::path home_of(const std::string& dataset) {
  const Source* source = sources().find(dataset);
  return data_root() / (source != nullptr && !source->home.empty() ? source->home : dataset);
}

std::shared_ptr<const Dataset> open_dataset(const DatasetOptions& asked) {
  const DatasetOptions options = settled(asked);
  const Source& source = source_named(options.name);
  const bool from_files = !source.built_in && !source.prepared;
  if (auto ready = from_files ? open_prepared(options, open_source) : nullptr) return ready;
  return open_source(options);
}

DatasetOptions settled(const DatasetOptions& asked) {
  const Source& source = source_named(asked.name);
  DatasetOptions options = asked;
  check(options);
  check_own_options(source, options);
  check_splits(source, options.splits);
  if (!source.built_in) options.path = resolve(source, options.path);
  if (source.complete) source.complete(options);
  return options;
}

std::shared_ptr<const Dataset> open_source(const DatasetOptions& options) {
  const Source& source = source_named(options.name);
  DatasetOptions filled = options;
  if (source.list != nullptr) {
    Listed listed = source.list(filled);
    const auto conditions = listed.conditions;
    auto images = open_images(std::move(listed), filled);
    return conditions ? conditioned(std::move(images), *conditions) : images;
  }
  std::shared_ptr<const Dataset> dataset = source.open(options);
  const auto whole = dataset;

  if (source.built_in && dataset->size() * dataset->image_bytes() <= kBuiltInBudget) dataset = held_in_memory(*dataset);

  const DatasetInfo info = dataset->info();
  const bool excluding = !options.exclude.empty();
  if (excluding || !options.classes.empty() || (options.count > 0 && options.count < dataset->size())) {
    std::vector<std::int32_t> labels(dataset->size());
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = dataset->label(i);
    std::vector<bool> left_out;
    std::vector<std::string> notes;
    if (excluding) {
      const auto key = [&](std::size_t i) { return dataset->key(i); };
      left_out = left_out_by(options.exclude, dataset->size(), key, info.checksum, notes);
    }
    const std::string where = info.path.empty() ? info.name : info.path.string();
    Selection selection = select(labels, info.classes, options.classes, options.count, where, left_out);
    selection.notes = std::move(notes);
    dataset = subset(dataset, std::move(selection));
  }
  const bool other_size = options.size.given() && options.size != ImageSize(info.height, info.width);
  const bool other_channels = options.channels > 0 && info.channels != options.channels;
  if (info.bits < options.bits) {
    throw UsageError(fmt::format("its samples have {} bits, not {}", info.bits, options.bits), info.path.string(),
                     "leave bits = 16 out");
  }
  const bool other_bits = info.bits != options.bits;
  if (other_size || other_channels || other_bits) {
    dataset = resized(dataset, options.size, options.channels, options.fit, options.bits);
  }
  return with_conditions(std::move(dataset), *whole, options.conditions);
}

image::Image image_at(const Dataset& dataset, std::size_t index) {
  const auto& info = dataset.info();
  image::Image out(info.width, info.height, info.channels, info.bits);
  dataset.read(index, out.pixels);
  return out;
}

}  // namespace ganymede::data
