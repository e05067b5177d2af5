#include "ganymede/data/shape_attribution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/data/shapes.h"
#include "ganymede/image/resize.h"

namespace ganymede::data {
namespace {

constexpr int kWorkingSide = 64;       // larger images are first reduced to this
constexpr int kTemplateSide = 96;      // pixels the templates are rendered at
constexpr int kCells = 24;             // a side of the standard mask
constexpr double kReach = 2.3;         // its half width, in units of the shape's root mean square radius
constexpr double kLeastContrast = 16;  // levels between shape and ground, below which there is no shape
/// Coverage below the first is ground and above the second shape: noise is cut off, edges stay where they are.
constexpr double kGround = 0.3, kFigure = 0.7;

using Rgb = std::array<double, 3>;

struct Mask {
  int width, height;
  std::vector<double> cover;  ///< 0 to 1 a pixel
  double at(int x, int y) const {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : cover[static_cast<size_t>(y) * width + x];
  }
};

using Standard = std::array<double, static_cast<size_t>(kCells) * kCells>;

Rgb colour_at(const image::Image& image, int x, int y) {
  const std::uint8_t* pixel = image.at(x, y);
  const bool rgb = image.channels == 3;
  return {double(pixel[0]), double(pixel[rgb ? 1 : 0]), double(pixel[rgb ? 2 : 0])};
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The ground's colour at the top (end 0) or bottom (end 1): the median over the border of that half.
Rgb border_colour(const image::Image& image, int end) {
  Rgb result;
  const int height = image.height, from = end == 0 ? 0 : height / 2, to = end == 0 ? height / 2 : height;
  for (size_t c = 0; c < 3; ++c) {
    std::vector<double> values;
    for (int x = 0; x < image.width; ++x) values.push_back(colour_at(image, x, end == 0 ? 0 : height - 1)[c]);
    for (int y = from; y < to; ++y) {
      values.push_back(colour_at(image, 0, y)[c]);
      values.push_back(colour_at(image, image.width - 1, y)[c]);
    }
    result[c] = median(values);
  }
  return result;
}

/// How much each pixel belongs to the shape; all zero where nothing stands out.
Mask mask_of(const image::Image& image) {
  const size_t count = static_cast<size_t>(image.width) * image.height;
  const Rgb top = border_colour(image, 0), bottom = border_colour(image, 1);
  std::vector<Rgb> offsets;  // from the ground
  std::vector<double> lengths;
  for (int y = 0; y < image.height; ++y) {
    const double down = (y + 0.5) / image.height;
    for (int x = 0; x < image.width; ++x) {
      const Rgb colour = colour_at(image, x, y);
      Rgb offset;
      for (size_t c = 0; c < 3; ++c) offset[c] = colour[c] - top[c] * (1 - down) - bottom[c] * down;
      offsets.push_back(offset);
      lengths.push_back(std::hypot(offset[0], offset[1], offset[2]));
    }
  }
  std::vector<double> sorted = lengths;
  const auto high = sorted.begin() + static_cast<std::ptrdiff_t>(count * 95 / 100);
  std::nth_element(sorted.begin(), high, sorted.end());

  Rgb figure{};
  double used = 0;
  for (size_t i = 0; i < count; ++i) {
    if (lengths[i] < 0.7 * *high) continue;
    for (size_t c = 0; c < 3; ++c) figure[c] += offsets[i][c];
    ++used;
  }
  for (double& channel : figure) channel /= used;
  const double square = figure[0] * figure[0] + figure[1] * figure[1] + figure[2] * figure[2];
  Mask mask{image.width, image.height, std::vector<double>(count)};
  if (square < 3 * kLeastContrast * kLeastContrast) return mask;
  for (size_t i = 0; i < count; ++i) {
    const double along = (offsets[i][0] * figure[0] + offsets[i][1] * figure[1] + offsets[i][2] * figure[2]) / square;
    mask.cover[i] = std::clamp((along - kGround) / (kFigure - kGround), 0.0, 1.0);
  }
  return mask;
}

/// The mask with its centre of mass in the middle and its root mean square radius at 1 / kReach; false if it is empty.
bool standardise(const Mask& mask, Standard& result) {
  double mass = 0, sum_x = 0, sum_y = 0, sum_square = 0;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const double cover = mask.at(x, y);
      mass += cover, sum_x += cover * x, sum_y += cover * y;
      sum_square += cover * (static_cast<double>(x) * x + static_cast<double>(y) * y);
    }
  }
  if (mass < 4) return false;
  const double centre_x = sum_x / mass, centre_y = sum_y / mass;
  const double radius = std::sqrt(std::max(0.25, sum_square / mass - centre_x * centre_x - centre_y * centre_y));
  for (int row = 0; row < kCells; ++row) {
    for (int column = 0; column < kCells; ++column) {
      const double x = centre_x + radius * kReach * ((column + 0.5) * 2 / kCells - 1);
      const double y = centre_y + radius * kReach * ((row + 0.5) * 2 / kCells - 1);
      const int left = static_cast<int>(std::floor(x)), top = static_cast<int>(std::floor(y));
      const double right_part = x - left, lower_part = y - top;
      result[static_cast<size_t>(row) * kCells + column] =
          (1 - lower_part) * ((1 - right_part) * mask.at(left, top) + right_part * mask.at(left + 1, top)) +
          lower_part * ((1 - right_part) * mask.at(left, top + 1) + right_part * mask.at(left + 1, top + 1));
    }
  }
  return true;
}

const std::array<Standard, kShapeClasses>& templates() {
  static const auto all = [] {
    std::array<Standard, kShapeClasses> result;
    for (int label = 0; label < kShapeClasses; ++label) {
      Mask mask{kTemplateSide, kTemplateSide, {}};
      for (int y = 0; y < kTemplateSide; ++y) {
        for (int x = 0; x < kTemplateSide; ++x) {
          constexpr double kZoom = 2.4 / kTemplateSide;  // the shape's -1..1 with some room
          // Edges as soft as those of an image of 32 pixels.
          mask.cover.push_back(shape_coverage(label, (x + 0.5) * kZoom - 1.2, (y + 0.5) * kZoom - 1.2, 0.1));
        }
      }
      if (!standardise(mask, result[static_cast<size_t>(label)])) throw Error("a template of shapes is empty");
    }
    return result;
  }();
  return all;
}

double distance_between(const Standard& a, const Standard& b) {
  double overlap = 0, together = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    overlap += std::min(a[i], b[i]);
    together += std::max(a[i], b[i]);
  }
  return 1 - overlap / together;
}

}  // namespace

Attribution attribute_shape(const image::Image& image) {
  if (image.width < 1 || image.height < 1) throw Error("an empty image shows no shape");
  const int longest = std::max(image.width, image.height);
  const auto reduced = [&](int side) { return std::max(1, side * kWorkingSide / longest); };
  const Mask mask = longest <= kWorkingSide
                        ? mask_of(image)
                        : mask_of(image::resize(image, reduced(image.width), reduced(image.height)));
  Standard standard;
  Attribution best{0, 1};
  if (!standardise(mask, standard)) return best;
  for (int label = 0; label < kShapeClasses; ++label) {
    const double distance = distance_between(standard, templates()[static_cast<size_t>(label)]);
    if (distance < best.distance) best = {label, distance};
  }
  return best;
}

}  // namespace ganymede::data
