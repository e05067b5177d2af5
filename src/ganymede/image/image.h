// An image in memory: rows from the top, channels interleaved, 8 bits a sample unless `bits` says 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ganymede::image {

struct Image {
  int width = 0, height = 0;
  /// 1 grey, 3 RGB (sRGB values, alpha already flattened onto white), or as many as a data set of other images has.
  int channels = 0;
  std::vector<std::uint8_t> pixels;  ///< height * width * pixel_bytes() bytes
  int bits = 8;                      ///< of a sample: 8, or 16 in this machine's byte order

  Image() = default;
  Image(int w, int h, int c, int sample_bits = 8)
      : width(w),
        height(h),
        channels(c),
        pixels(static_cast<size_t>(w) * static_cast<size_t>(h) * static_cast<size_t>(c) *
               static_cast<size_t>(sample_bits / 8)),
        bits(sample_bits) {}

  int pixel_bytes() const { return channels * (bits / 8); }
  const std::uint8_t* at(int x, int y) const { return pixels.data() + offset(x, y); }
  std::uint8_t* at(int x, int y) { return pixels.data() + offset(x, y); }

 private:
  size_t offset(int x, int y) const {
    return (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) *
           static_cast<size_t>(pixel_bytes());
  }
};

}  // namespace ganymede::image
