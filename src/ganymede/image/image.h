// An image in memory: 8 bits a channel, rows from the top, channels interleaved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ganymede::image {

struct Image {
  int width = 0, height = 0;
  int channels = 0;                  ///< 1 grey or 3 RGB (sRGB values, alpha already flattened onto white)
  std::vector<std::uint8_t> pixels;  ///< height * width * channels bytes

  Image() = default;
  Image(int w, int h, int c) : width(w), height(h), channels(c), pixels(static_cast<size_t>(w) * h * c) {}

  const std::uint8_t* at(int x, int y) const { return pixels.data() + (static_cast<size_t>(y) * width + x) * channels; }
  std::uint8_t* at(int x, int y) { return pixels.data() + (static_cast<size_t>(y) * width + x) * channels; }
};

}  // namespace ganymede::image
