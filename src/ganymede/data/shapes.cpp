#include "ganymede/data/shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/core/random.h"
#include "ganymede/data/sources.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

using std::numbers::sqrt2;
using std::numbers::sqrt3;

// Signed distances to the shapes, negative inside (after I. Quilez, "2D distance functions"); y points up here.

double circle(double x, double y) {
  return std::hypot(x, y) - 0.95;
}

double ring(double x, double y) {
  return std::abs(std::hypot(x, y) - 0.72) - 0.23;
}

double box(double x, double y, double half_width, double half_height) {
  const double dx = std::abs(x) - half_width, dy = std::abs(y) - half_height;
  return std::hypot(std::max(dx, 0.0), std::max(dy, 0.0)) + std::min(std::max(dx, dy), 0.0);
}

double square(double x, double y) {
  return box(x, y, 0.8, 0.8);
}

double triangle(double x, double y) {
  constexpr double kHalf = 0.98;  // of a side
  x = std::abs(x) - kHalf;
  y = y + 0.2 + kHalf / sqrt3;
  if (x + sqrt3 * y > 0) {
    const double turned = (x - sqrt3 * y) / 2;
    y = (-sqrt3 * x - y) / 2;
    x = turned;
  }
  x -= std::clamp(x, -2 * kHalf, 0.0);
  return -std::copysign(std::hypot(x, y), y);
}

double plus(double x, double y) {
  return std::min(box(x, y, 0.95, 0.29), box(x, y, 0.29, 0.95));
}

double cross(double x, double y) {
  return plus((x - y) / sqrt2, (x + y) / sqrt2);
}

double bars(double x, double y) {
  const double nearest = 0.7 * std::clamp(std::round(y / 0.7), -1.0, 1.0);
  return box(x, y - nearest, 0.92, 0.2);
}

double star(double x, double y) {
  constexpr double kOuter = 1.0, kInner = 0.45;
  constexpr double kCos = 0.809016994375, kSin = 0.587785252292;  // of 36 degrees
  x = std::abs(x);
  double fold = 2 * std::max(kCos * x - kSin * y, 0.0);
  x -= fold * kCos, y += fold * kSin;
  fold = 2 * std::max(-kCos * x - kSin * y, 0.0);
  x += fold * kCos, y += fold * kSin;
  x = std::abs(x);
  y -= kOuter;
  const double edge_x = kInner * kSin, edge_y = kInner * kCos - kOuter;
  const double along = std::clamp((x * edge_x + y * edge_y) / (edge_x * edge_x + edge_y * edge_y), 0.0, 1.0);
  return std::copysign(std::hypot(x - edge_x * along, y - edge_y * along), y * edge_x - x * edge_y);
}

double heart(double x, double y) {
  constexpr double kScale = 1.68;
  x = std::abs(x) / kScale;
  y = y / kScale + 0.54;
  if (x + y > 1) return kScale * (std::hypot(x - 0.25, y - 0.75) - sqrt2 / 4);
  const double along = 0.5 * std::max(x + y, 0.0);
  return kScale * std::copysign(std::min(std::hypot(x, y - 1), std::hypot(x - along, y - along)), x - y);
}

double crescent(double x, double y) {
  x -= 0.1;
  return std::max(std::hypot(x, y) - 0.95, 0.74 - std::hypot(x - 0.42, y - 0.12));
}

struct Kind {
  std::string name;
  double (*distance)(double x, double y);
};

const std::array<Kind, kShapeClasses>& kinds() {
  static const std::array<Kind, kShapeClasses> all = {{{"circle", circle},
                                                       {"ring", ring},
                                                       {"square", square},
                                                       {"triangle", triangle},
                                                       {"plus", plus},
                                                       {"cross", cross},
                                                       {"bars", bars},
                                                       {"star", star},
                                                       {"heart", heart},
                                                       {"crescent", crescent}}};
  return all;
}

using Rgb = std::array<double, 3>;  // 0 to 1

/// `hue` in turns; saturation and value 0 to 1.
Rgb rgb_of_hsv(double hue, double saturation, double value) {
  Rgb rgb;
  for (int c = 0; c < 3; ++c) {
    const double place = 6 * (hue + 1 - c / 3.0);
    const double from_peak = std::abs(place - 6 * std::round(place / 6));  // 0 at this channel's own hue, 3 opposite
    rgb[static_cast<size_t>(c)] = value * (1 - saturation * std::clamp(from_peak - 1, 0.0, 1.0));
  }
  return rgb;
}

struct Range {
  double low, high;
};

/// Value, saturation and hue in this order, one statement each: compilers evaluate arguments in orders of their own.
Rgb random_colour(Random& random, Range hue, Range saturation, Range value) {
  const double v = random.uniform(value.low, value.high);
  const double s = random.uniform(saturation.low, saturation.high);
  return rgb_of_hsv(random.uniform(hue.low, hue.high), s, v);
}

double luma(const Rgb& rgb) {
  return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
}

struct Colours {
  Rgb figure, ground;
};

/// A bright shape on a pale ground or a dark bluish one, different enough in luma to be seen in grey as well.
Colours pick_colours(Random& random) {
  constexpr double kLeastOnDark = 0.48, kMaxOnPale = 0.58, kTooLightForPale = 0.68;
  Rgb figure = random_colour(random, {0, 1}, {0.72, 0.92}, {0.88, 1.0});
  const double brightness = luma(figure);
  const bool pale = random.uniform() < 0.55 && brightness < kTooLightForPale;  // darkened yellow would be mud
  const Rgb ground = pale ? random_colour(random, {0, 1}, {0.04, 0.12}, {0.94, 1.0})
                          : random_colour(random, {0.5, 0.9}, {0.45, 0.65}, {0.16, 0.26});
  if (!pale && brightness < kLeastOnDark) {
    const double white = (kLeastOnDark - brightness) / (1 - brightness);
    for (double& channel : figure) channel += white * (1 - channel);
  } else if (pale && brightness > kMaxOnPale) {
    for (double& channel : figure) channel *= kMaxOnPale / brightness;
  }
  return {figure, ground};
}

std::uint8_t level(double value) {
  return static_cast<std::uint8_t>(std::clamp(value * 255 + 0.5, 0.0, 255.0));
}

}  // namespace

std::span<const std::string> shape_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Kind& kind : kinds()) result.push_back(kind.name);
    return result;
  }();
  return names;
}

double shape_coverage(int label, double x, double y, double softness) {
  const double distance = kinds().at(static_cast<size_t>(label)).distance(x, -y);
  return std::clamp(0.5 - distance / softness, 0.0, 1.0);
}

image::Image render_shape(std::uint64_t seed, const std::string& split, std::uint64_t index, ImageSize asked) {
  Random random(stream_seed(seed, "shapes/" + split, index));
  const int label = static_cast<int>(index % kShapeClasses);
  const Colours colours = pick_colours(random);
  const auto [height, width] = asked;
  const int size = std::min(height, width);  // lengths below are in this
  const double radius = random.uniform(0.27, 0.38);
  const double middle_x = 0.5 * width / size, middle_y = 0.5 * height / size;
  const double room_x = middle_x - radius - 0.06, room_y = middle_y - radius - 0.06;
  const double centre_x = middle_x + random.uniform(-room_x, room_x);
  const double centre_y = middle_y + random.uniform(-room_y, room_y);

  image::Image image(width, height, 3);
  for (int row = 0; row < height; ++row) {
    const double y = (row + 0.5) / size;
    const double shade = 1.08 - 0.16 * y;  // light falls from above, on shape and ground
    for (int column = 0; column < width; ++column) {
      const double x = (column + 0.5) / size;
      const double inside =
          shape_coverage(label, (x - centre_x) / radius, (y - centre_y) / radius, 1 / (size * radius));
      std::uint8_t* pixel = image.at(column, row);
      for (size_t c = 0; c < 3; ++c) {
        pixel[c] = level(shade * (colours.ground[c] + inside * (colours.figure[c] - colours.ground[c])));
      }
    }
  }
  return image;
}

namespace {

class ShapesDataset : public Dataset {
 public:
  struct Part {
    std::string split;
    std::size_t count;
  };

  ShapesDataset(std::vector<Part> parts, std::uint64_t seed, ImageSize size, int channels)
      : parts_(std::move(parts)), seed_(seed) {
    info_.name = "shapes";
    info_.width = size.width, info_.height = size.height;
    info_.channels = channels;
    info_.classes.assign(shape_names().begin(), shape_names().end());
    for (const Part& part : parts_) {
      info_.splits.push_back(part.split);
      size_ += part.count;
    }
    info_.checksum = checksum();
  }

  const DatasetInfo& info() const override { return info_; }
  std::size_t size() const override { return size_; }
  int label(std::size_t index) const override { return static_cast<int>(locate(index).index % kShapeClasses); }

  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    const Place place = locate(index);
    const image::Image image = image::to_channels(
        render_shape(seed_, place.part->split, place.index, {info_.height, info_.width}), info_.channels);
    if (pixels.size() != image.pixels.size()) {
      throw Error(
          fmt::format("an image of shapes takes {}, not {}", counted(image.pixels.size(), "byte"), pixels.size()));
    }
    std::copy(image.pixels.begin(), image.pixels.end(), pixels.begin());
  }

 private:
  struct Place {
    const Part* part;
    std::size_t index;  ///< within the part
  };

  Place locate(std::size_t index) const {
    for (const Part& part : parts_) {
      if (index < part.count) return {&part, index};
      index -= part.count;
    }
    throw Error("there is no such image", "shapes");
  }

  /// All pixels follow from the parameters and the rendering code; the first images stand for the latter.
  std::string checksum() const {
    constexpr std::size_t kImages = 100;
    Digest digest;
    std::string parameters = fmt::format("shapes seed {} size {} channels {}", seed_,
                                         ImageSize(info_.height, info_.width).to_toml(), info_.channels);
    for (const Part& part : parts_) parameters += fmt::format(" {} {}", part.split, part.count);
    digest.update({reinterpret_cast<const std::uint8_t*>(parameters.data()), parameters.size()});
    std::vector<std::uint8_t> pixels(image_bytes());
    for (std::size_t i = 0; i < std::min(kImages, size_); ++i) {
      read(i, pixels);
      digest.update(pixels);
    }
    return digest.hex();
  }

  std::vector<Part> parts_;
  std::uint64_t seed_;
  std::size_t size_ = 0;
  DatasetInfo info_;
};

}  // namespace

std::shared_ptr<const Dataset> open_shapes(const DatasetOptions& options) {
  const ImageSize size = options.size.given() ? options.size : ImageSize(kShapesSize);
  const auto [least, most] = std::minmax(size.height, size.width);
  if (least < kSmallestShapes || most > kLargestShapes) {
    throw UsageError(fmt::format("size {} is out of range", size.to_toml()), "[data].size",
                     fmt::format("shapes are rendered at {} to {} pixels a side", kSmallestShapes, kLargestShapes));
  }
  const int channels = options.channels == 0 ? 3 : options.channels;
  if (channels != 1 && channels != 3) {
    throw UsageError(counted(channels, "channel is", "channels are") + " not supported", "[data].channels",
                     "choose 1 or 3");
  }
  // The order of an epoch is held in memory and shuffled: beyond this a step would wait for minutes, for gigabytes.
  constexpr std::size_t kMaxCount = 100'000'000;
  if (options.count > kMaxCount) {
    throw UsageError(counted(options.count, "image is", "images are") + " too many", "[data].count",
                     fmt::format("choose at most {}", kMaxCount));
  }
  const std::vector<std::string> known = {"train", "test"};
  const std::vector<std::string> splits = options.splits.empty() ? std::vector<std::string>{"train"} : options.splits;
  std::vector<ShapesDataset::Part> parts;
  for (std::size_t i = 0; i < splits.size(); ++i) {
    if (std::find(known.begin(), known.end(), splits[i]) == known.end()) {
      throw UsageError(fmt::format("unknown split '{}'", splits[i]), "shapes", suggest(splits[i], known));
    }
    const std::size_t share = options.count / splits.size() + (i < options.count % splits.size() ? 1 : 0);
    const std::size_t usual = splits[i] == "train" ? kShapesTrain : kShapesTest;
    parts.push_back({splits[i], options.count > 0 ? share : usual});
  }
  return std::make_shared<ShapesDataset>(std::move(parts), options.seed, size, channels);
}

void register_shapes(SourceRegistry& registry) {
  add_source(registry, {.name = "shapes",
                        .title = "ten kinds of shapes, rendered by the program itself",
                        .splits = {"train", "test"},
                        .shape = "32x32 RGB",
                        .open = open_shapes,
                        .built_in = true});
}

}  // namespace ganymede::data
