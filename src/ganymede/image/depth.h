// Images of 16 bits or of other channels than grey and RGB, and what can be shown of them.
#pragma once

#include <cstdint>

#include "ganymede/image/image.h"

namespace ganymede::image {

/// Most channels that an image of a data set has.
inline constexpr int kMaxChannels = 16;

/// A sample of 16 bits at its first byte.
std::uint16_t sample16(const std::uint8_t* at);
void put_sample16(std::uint8_t* at, std::uint16_t sample);

/// The nearest levels of 8 bits: 65535 becomes 255. All channels stay.
Image eight_bits(Image image);

/// Whether it is grey or RGB.
inline bool can_be_shown(const Image& image) {
  return image.channels == 1 || image.channels == 3;
}
/// What people are shown: 8 bits; of other images than grey and RGB ones the first three channels as RGB, of two the
/// first as grey.
Image shown(Image image);

}  // namespace ganymede::image
