#include "ganymede/image/depth.h"

#include <algorithm>
#include <cstring>

namespace ganymede::image {

std::uint16_t sample16(const std::uint8_t* at) {
  std::uint16_t sample = 0;
  std::memcpy(&sample, at, sizeof sample);
  return sample;
}

void put_sample16(std::uint8_t* at, std::uint16_t sample) {
  std::memcpy(at, &sample, sizeof sample);
}

Image eight_bits(Image image) {
  if (image.bits == 8) return image;
  Image result(image.width, image.height, image.channels);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    result.pixels[i] = static_cast<std::uint8_t>((sample16(image.pixels.data() + 2 * i) + 128) / 257);
  }
  return result;
}

Image shown(Image image) {
  if (can_be_shown(image)) return eight_bits(std::move(image));
  const Image all = eight_bits(std::move(image));
  Image result(all.width, all.height, all.channels > 3 ? 3 : 1);
  for (int y = 0; y < all.height; ++y) {
    for (int x = 0; x < all.width; ++x) std::copy_n(all.at(x, y), result.channels, result.at(x, y));
  }
  return result;
}

}  // namespace ganymede::image
