#include "ganymede/image/resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/image/depth.h"

namespace ganymede::image {
namespace {

/// For each output position: the first input it draws on, how many, and their weights (which add up to 1).
struct Taps {
  int widest = 0;
  std::vector<int> first, count;
  std::vector<float> weights;  // `widest` to an output position

  const float* of(int position) const { return weights.data() + static_cast<size_t>(position) * widest; }
};

Taps triangle_taps(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double reach = std::max(scale, 1.0);  // the triangle's half width, in input pixels
  Taps taps;
  taps.widest = static_cast<int>(std::ceil(reach)) * 2 + 1;
  taps.weights.resize(static_cast<size_t>(taps.widest) * to);
  std::vector<double> weights;
  for (int position = 0; position < to; ++position) {
    const double centre = (position + 0.5) * scale;
    const int first = std::max(0, static_cast<int>(std::lround(centre - reach)));
    const int last = std::min(from, static_cast<int>(std::lround(centre + reach)));
    double sum = 0;
    weights.clear();
    for (int i = first; i < last; ++i) {
      weights.push_back(std::max(0.0, 1.0 - std::abs(i + 0.5 - centre) / reach));
      sum += weights.back();
    }
    taps.first.push_back(first);
    taps.count.push_back(last - first);
    for (int i = 0; i < last - first; ++i) {
      taps.weights[static_cast<size_t>(position) * taps.widest + i] = static_cast<float>(weights[i] / sum);
    }
  }
  return taps;
}

/// One input row (8 bits) to one row of the output's width (float).
template <int kChannels>
void resample_row(const std::uint8_t* from, int, const Taps& taps, float* to) {
  const int width = static_cast<int>(taps.first.size());
  for (int x = 0; x < width; ++x) {
    const std::uint8_t* at = from + static_cast<size_t>(taps.first[x]) * kChannels;
    const float* weights = taps.of(x);
    float sums[kChannels] = {};
    for (int i = 0; i < taps.count[x]; ++i) {
      for (int c = 0; c < kChannels; ++c) sums[c] += weights[i] * at[i * kChannels + c];
    }
    for (int c = 0; c < kChannels; ++c) to[x * kChannels + c] = sums[c];
  }
}

/// The same of any number of channels and samples of `kBytes` bytes.
template <int kBytes>
void resample_any_row(const std::uint8_t* from, int channels, const Taps& taps, float* to) {
  const int width = static_cast<int>(taps.first.size());
  for (int x = 0; x < width; ++x, to += channels) {
    std::fill_n(to, channels, 0.0f);
    const float* weights = taps.of(x);
    for (int i = 0; i < taps.count[x]; ++i) {
      const std::uint8_t* at = from + (static_cast<size_t>(taps.first[x]) + i) * channels * kBytes;
      for (int c = 0; c < channels; ++c) to[c] += weights[i] * (kBytes == 1 ? at[c] : sample16(at + c * kBytes));
    }
  }
}

using Resample = void (*)(const std::uint8_t* from, int channels, const Taps& taps, float* to);
Resample resample_of(const Image& image) {
  if (image.bits == 16) return resample_any_row<2>;
  return image.channels == 1 ? resample_row<1> : image.channels == 3 ? resample_row<3> : resample_any_row<1>;
}

std::uint8_t level(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f));
}

/// A finished row of levels into an image.
void put_row(const std::vector<float>& row, Image& to, int y) {
  std::uint8_t* at = to.at(0, y);
  if (to.bits == 8) {
    std::transform(row.begin(), row.end(), at, level);
    return;
  }
  for (const float value : row) {
    put_sample16(at, static_cast<std::uint16_t>(std::clamp(value + 0.5f, 0.0f, 65535.0f)));
    at += 2;
  }
}

}  // namespace

Image resize(const Image& image, int width, int height) {
  if (width <= 0 || height <= 0 || image.width <= 0 || image.height <= 0) {
    throw Error(fmt::format("cannot resize {} x {} pixels to {} x {}", image.width, image.height, width, height));
  }
  if (width == image.width && height == image.height) return image;
  const Taps across = triangle_taps(image.width, width), down = triangle_taps(image.height, height);
  const size_t row = static_cast<size_t>(width) * image.channels;
  const auto resample = resample_of(image);

  // Rows are made narrow once each, when the first output row needs them, and kept in a ring.
  std::vector<float> ring(row * down.widest), sum(row);
  Image result(width, height, image.channels, image.bits);
  int ready = 0;
  for (int y = 0; y < height; ++y) {
    std::fill(sum.begin(), sum.end(), 0.0f);
    for (int i = 0; i < down.count[y]; ++i) {
      const int source = down.first[y] + i;
      float* narrow = ring.data() + row * (source % down.widest);
      if (source >= ready) {
        resample(image.at(0, source), image.channels, across, narrow);
        ready = source + 1;
      }
      const float weight = down.of(y)[i];
      for (size_t x = 0; x < row; ++x) sum[x] += weight * narrow[x];
    }
    put_row(sum, result, y);
  }
  return result;
}

Image center_crop(const Image& image, int width, int height) {
  // The side that stays whole gives the scale; the other one is rounded.
  int w = image.width, h = image.height;
  if (std::int64_t{w} * height > std::int64_t{h} * width) {
    w = std::max(1, static_cast<int>((std::int64_t{h} * width + height / 2) / height));
  } else {
    h = std::max(1, static_cast<int>((std::int64_t{w} * height + width / 2) / width));
  }
  if (w == image.width && h == image.height) return image;
  const int left = (image.width - w) / 2, top = (image.height - h) / 2;
  Image result(w, h, image.channels, image.bits);
  for (int y = 0; y < h; ++y) {
    std::copy_n(image.at(left, top + y), static_cast<size_t>(w) * image.pixel_bytes(), result.at(0, y));
  }
  return result;
}

Image on_white(const Image& image, int width, int height) {
  Image result(width, height, image.channels, image.bits);
  std::fill(result.pixels.begin(), result.pixels.end(), std::uint8_t{255});
  const int left = (width - image.width) / 2, top = (height - image.height) / 2;
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.at(0, y), static_cast<size_t>(image.width) * image.pixel_bytes(), result.at(left, top + y));
  }
  return result;
}

}  // namespace ganymede::image
