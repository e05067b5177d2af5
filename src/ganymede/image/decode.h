// Pictures out of files of PNG, JPEG and WebP. Files are hostile: sizes are checked before memory is taken.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ganymede/image/image.h"

namespace ganymede::image {

/// What decode() accepts at most: pixels a side, and pixels in all (8192 x 8192).
inline constexpr int kMaxSide = 16384;
inline constexpr std::int64_t kMaxPixels = std::int64_t{64} << 20;

/// Decodes a PNG, JPEG or WebP file, told apart by its first bytes. One channel when the file is grey, else three;
/// 16 bits become 8, palettes and CMYK become RGB, alpha is flattened onto white. Orientation tags are not applied.
/// Throws Error at `where` (a file name, say) when it is none of the three, cut short, damaged or over the limits.
Image decode(std::span<const std::uint8_t> bytes, const std::string& where);

/// The same picture with 1 channel (Rec. 601 luma, rounded) or 3 (grey repeated). Throws Error for other numbers.
Image to_channels(const Image& image, int channels);

}  // namespace ganymede::image
