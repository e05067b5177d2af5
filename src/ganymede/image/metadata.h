// What images carry beside their pixels: EXIF, XMP, ICC profiles. All of it from outside: every offset is checked.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ganymede/image/image.h"

namespace ganymede::image {

/// The orientation (tag 0x0112, 1 to 8) of an EXIF block, with or without "Exif\0\0" before it; 0 where it has none.
int orientation_of_exif(std::span<const std::uint8_t> exif);
/// The orientation in an XMP packet, found as Pillow finds it; 0 where there is none.
int orientation_of_xmp(std::string_view xmp);

/// The image as it is to be seen, of one stored with that orientation: 2 mirrored, 3 turned by half, 4 upside down; 5
/// to 8: rows and columns exchanged, then as it is, mirrored, both, upside down. Another number leaves it as it is.
Image oriented(Image image, int orientation);

/// What an ICC profile calls itself; empty for sRGB and for what is no profile.
std::string profile_name(std::span<const std::uint8_t> icc);

}  // namespace ganymede::image
