#include "ganymede/image/resize_by_area.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/image/resize.h"

namespace ganymede::image {
namespace {

/// What one output pixel covers of a row or column: the first input pixel, and how much of each one.
struct Covered {
  int first = 0;
  std::vector<float> shares;  ///< add up to 1
};

std::vector<Covered> covered(int from, int to) {
  std::vector<Covered> out(static_cast<std::size_t>(to));
  for (int position = 0; position < to; ++position) {
    // In whole numbers, in which the input's pixels are `to` wide and the output's `from`.
    const std::int64_t begin = std::int64_t{position} * from, end = begin + from;
    Covered& one = out[static_cast<std::size_t>(position)];
    one.first = static_cast<int>(begin / to);
    for (std::int64_t pixel = one.first; pixel * to < end; ++pixel) {
      const auto share = std::min(end, (pixel + 1) * to) - std::max(begin, pixel * to);
      one.shares.push_back(static_cast<float>(share) / static_cast<float>(from));
    }
  }
  return out;
}

}  // namespace

Image resize_by_area(const Image& image, int width, int height) {
  if (width <= 0 || height <= 0 || image.width <= 0 || image.height <= 0) {
    throw Error(fmt::format("cannot resize {} x {} pixels to {} x {}", image.width, image.height, width, height));
  }
  if (width > image.width || height > image.height) {
    return resize_by_area(resize(image, std::max(width, image.width), std::max(height, image.height)), width, height);
  }
  if (width == image.width && height == image.height) return image;
  const auto across = covered(image.width, width), down = covered(image.height, height);
  const auto channels = static_cast<std::size_t>(image.channels), row = static_cast<std::size_t>(width) * channels;
  std::vector<float> narrow(row * static_cast<std::size_t>(image.height), 0.0f);
  for (int y = 0; y < image.height; ++y) {
    float* to = narrow.data() + row * static_cast<std::size_t>(y);
    for (const auto& one : across) {
      const std::uint8_t* from = image.at(one.first, y);
      for (const float share : one.shares) {
        for (std::size_t c = 0; c < channels; ++c) to[c] += share * static_cast<float>(*from++);
      }
      to += channels;
    }
  }
  Image result(width, height, image.channels);
  std::vector<float> sum(row);
  for (int y = 0; y < height; ++y) {
    const auto& one = down[static_cast<std::size_t>(y)];
    std::fill(sum.begin(), sum.end(), 0.5f);
    for (std::size_t i = 0; i < one.shares.size(); ++i) {
      const float* from = narrow.data() + row * (static_cast<std::size_t>(one.first) + i);
      for (std::size_t x = 0; x < row; ++x) sum[x] += one.shares[i] * from[x];
    }
    std::uint8_t* to = result.at(0, y);
    for (std::size_t x = 0; x < row; ++x) to[x] = static_cast<std::uint8_t>(std::clamp(sum[x], 0.0f, 255.0f));
  }
  return result;
}

}  // namespace ganymede::image
