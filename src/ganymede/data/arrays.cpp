// Images and labels as NumPy's arrays: a .npz with both, or a .npy with its labels, if any, in labels.npy beside it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/memory.h"
#include "ganymede/data/npy.h"
#include "ganymede/data/parallel.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxClasses = 100'000;
constexpr const char* kShapesRead =
    "images are [N, H, W], [N, H, W, C] or [N, C, H, W] with 1 or 3 channels, or as many as channels = N asks for";

/// Where the axes of an array of images are.
struct Layout4 {
  std::uint64_t count = 0, height = 0, width = 0, channels = 0;
  bool channels_first = false;
};

/// Nothing where the shape is not one of images; `asked` for so many channels, of 0 for grey or RGB.
std::optional<Layout4> layout_of(const NpyArray& array, int asked) {
  const auto& s = array.shape;
  const bool usual = asked <= 1 || asked == 3;  // these become each other
  const auto channels = [&](std::uint64_t n) {
    return usual ? n == 1 || n == 3 : n == static_cast<std::uint64_t>(asked);
  };
  if (s.size() == 3 && usual) return Layout4{s[0], s[1], s[2], 1};
  if (s.size() == 4 && channels(s[3])) return Layout4{s[0], s[1], s[2], s[3]};
  if (s.size() == 4 && channels(s[1])) return Layout4{s[0], s[2], s[3], s[1], true};
  return std::nullopt;
}

/// How numbers become levels: level = number * scale + shift.
struct Levels {
  double scale = 1, shift = 0;
  std::string note;
};

/// Whole numbers of 8 or 16 bits are levels; others are told by their range, and refused where that tells nothing.
Levels levels_of(const NpyArray& array, int bits, const std::string& where) {
  const double white = bits == 16 ? 65535 : 255;
  if (array.type == "u1") return {white / 255, 0, bits == 16 ? "8 bits a sample become 16" : ""};
  if (array.type == "b1") return {white, 0, ""};
  if (array.type == "u2") {
    return {white / 65535, 0, bits == 16 ? "" : "16 bits a sample become 8: bits = 16 in [data] keeps them"};
  }
  double least = 0, most = 0;
  for (std::uint64_t i = 0; i < array.count(); ++i) {
    const double value = array.number(i);
    if (!std::isfinite(value))
      throw Error("the images hold a number that is not finite", where, fmt::format("save levels of 0 to {}", white));
    least = std::min(least, value);
    most = std::max(most, value);
  }
  const bool fractions = array.type[0] == 'f';
  if (fractions && least >= 0 && most <= 1) return {white, 0, fmt::format("levels of 0 to 1 become 0 to {}", white)};
  if (fractions && least >= -1 && most <= 1)
    return {white / 2, white / 2, fmt::format("levels of -1 to 1 become 0 to {}", white)};
  if (least >= 0 && most <= white) return {};
  throw Error(fmt::format("the images hold numbers from {} to {}", least, most), where,
              fmt::format("save levels of 0 to {}, 0 to 1 or -1 to 1", white));
}

Images images_of(const NpyArray& array, const Layout4& layout, const Levels& levels, int bits) {
  Images images;
  images.height = static_cast<int>(layout.height);
  images.width = static_cast<int>(layout.width);
  images.channels = static_cast<int>(layout.channels);
  images.bits = bits;
  images.pixels.resize(array.count() * static_cast<std::uint64_t>(bits / 8));
  images.labels.assign(layout.count, -1);
  const std::uint64_t plane = layout.height * layout.width, each = plane * layout.channels;
  parallel(layout.count, [&](std::size_t image) {
    for (std::uint64_t i = 0; i < each; ++i) {
      const std::uint64_t from = layout.channels_first ? i % layout.channels * plane + i / layout.channels : i;
      const double level = array.number(image * each + from) * levels.scale + levels.shift;
      if (bits == 16) {
        image::put_sample16(images.pixels.data() + 2 * (image * each + i),
                            static_cast<std::uint16_t>(std::clamp(std::lround(level), 0L, 65535L)));
      } else {
        images.pixels[image * each + i] = static_cast<std::uint8_t>(std::clamp(std::lround(level), 0L, 255L));
      }
    }
  });
  return images;
}

/// The array that is meant by one of the names, else the only one that fits.
template <class Fits>
std::string choose(const std::map<std::string, NpyArray>& arrays, std::initializer_list<const char*> names,
                   const Fits& fits) {
  for (const char* name : names) {
    const auto found = arrays.find(name);
    if (found != arrays.end() && fits(found->second)) return name;
  }
  std::string only;
  for (const auto& [name, array] : arrays) {
    if (!fits(array)) continue;
    if (!only.empty()) return {};
    only = name;
  }
  return only;
}

/// Labels 0, 1, ... as a set's labels and classes.
void add_labels(const NpyArray& array, const std::string& where, Images& images, std::vector<std::string>& classes) {
  std::uint64_t most = 0;
  for (std::uint64_t i = 0; i < array.count(); ++i) {
    const double label = array.number(i);
    if (label < 0 || label >= static_cast<double>(kMaxClasses)) {
      throw Error(fmt::format("label {} is {}", i, label), where, fmt::format("labels are 0 to {}", kMaxClasses - 1));
    }
    images.labels[i] = static_cast<std::int32_t>(label);
    most = std::max(most, static_cast<std::uint64_t>(label));
  }
  for (std::uint64_t i = 0; i <= most; ++i) classes.push_back(std::to_string(i));
}

std::shared_ptr<const Dataset> open_arrays(const DatasetOptions& options) {
  const fs::path& path = options.path;
  std::error_code error;
  if (path.empty() || !fs::exists(path, error))
    throw Error("no such file", path.string(), "name a .npy or .npz with --data");
  if (!is_array_name(path)) throw Error("no array: its name ends in neither .npy nor .npz", path.string());
  auto arrays = read_arrays(path);
  const fs::path beside = path.parent_path() / "labels.npy";
  if (path.extension() == ".npy" && path.filename() != beside.filename() && fs::exists(beside, error)) {
    arrays.merge(read_arrays(beside));
  }
  const std::string images_name =
      choose(arrays, {"images", "x_train", "X_train", "x", "X", "data", "arr_0"},
             [&](const NpyArray& array) { return layout_of(array, options.channels).has_value(); });
  std::string held;
  for (const auto& [name, array] : arrays)
    held += fmt::format("{}{} {}", held.empty() ? "" : "; ", printable(name), array.text());
  if (images_name.empty())
    throw Error(fmt::format("no array of images, or several ({})", held), path.string(), kShapesRead);

  const NpyArray& array = arrays.at(images_name);
  const Layout4 layout = *layout_of(array, options.channels);
  if (array.count() == 0) throw Error("the array holds no image", path.string());
  if (layout.height > 16384 || layout.width > 16384)
    throw Error(fmt::format("images of {}", array.text()), path.string(), kShapesRead);
  const Levels levels = levels_of(array, options.bits, path.string());
  Images images = images_of(array, layout, levels, options.bits);
  const std::string labels_name =
      choose(arrays, {"labels", "y_train", "y", "Y", "targets", "arr_1"}, [&](const NpyArray& other) {
        return other.type[0] != 'f' && !other.shape.empty() && other.shape[0] == layout.count &&
               other.count() == layout.count;
      });
  DatasetInfo info;
  info.name = "arrays";
  info.path = path;
  if (!labels_name.empty()) add_labels(arrays.at(labels_name), path.string(), images, info.classes);
  info.notes.push_back(
      fmt::format("taken: '{}', {}{}", printable(images_name), array.text(),
                  labels_name.empty() ? ", without labels" : ", labels of '" + printable(labels_name) + "'"));
  if (!levels.note.empty()) info.notes.push_back(levels.note);
  for (const auto& [name, other] : arrays) {
    if (name != images_name && name != labels_name)
      info.notes.push_back(fmt::format("left out: array '{}', {}", printable(name), other.text()));
  }
  return in_memory(std::move(info), std::move(images));
}

}  // namespace

void register_arrays(SourceRegistry& registry) {
  add_source(registry, {.name = "arrays",
                        .title = "a .npy or .npz of images, with their labels",
                        .open = open_arrays,
                        .anywhere = true,
                        .deep = true,
                        .is = is_array_name});
}

}  // namespace ganymede::data
