// Images out of files. A file's format is known by its content, never by its name. Files are hostile: sizes are
// checked before memory is taken.
//
// What an image is, is what Pillow and torchvision make of its file: samples as they are stored, whatever gAMA, cHRM
// or an ICC profile say; turned as EXIF's orientation says; the inks of a CMYK JPEG taken as inverted, with Adobe's
// mark or without. Two things are our own: transparency shows white, and 16 bits become the nearest 8.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/image/image.h"

namespace ganymede::image {

/// What decode() accepts at most: pixels a side, and pixels in all (8192 x 8192).
inline constexpr int kMaxSide = 16384;
inline constexpr std::int64_t kMaxPixels = std::int64_t{64} << 20;

/// So many bytes from its beginning tell a file's format.
inline constexpr std::size_t kHeadBytes = 64;

/// What a file says about its image beside the pixels.
struct FileFacts {
  const char* format = "";  ///< "JPEG", "PNG", ...
  int bits = 8;             ///< of a sample in the file
  int orientation = 1;      ///< the turn that was applied, 1 to 8 as EXIF counts them
  bool animated = false;    ///< there are more frames than the first, which was read
  std::string profile;      ///< name of an ICC profile other than sRGB, which was not applied; else empty
};

/// Decodes PNG, JPEG, WebP, GIF, BMP and, where the build has their libraries, TIFF, AVIF, HEIC and JPEG XL; of several
/// frames the first. One channel when the file is grey, else three; 16 bits become 8, palettes and inks RGB,
/// transparency white. Throws Error at `where` (a file name, say) when it is none of them, cut short, damaged, of a
/// kind that is not supported, or over the limits.
Image decode(std::span<const std::uint8_t> bytes, const std::string& where, FileFacts* facts = nullptr);

/// The name of the format that begins with these bytes (kHeadBytes of them, or the whole file), also of one that this
/// build cannot read; null when it is no image that decode() knows.
const char* format_of(std::span<const std::uint8_t> head);

/// The formats, and for each whether this build reads it.
std::vector<std::pair<const char*, bool>> formats();

/// The same image with 1 channel (Rec. 601 luma, rounded) or 3 (grey repeated), or as many as it has. Throws Error for
/// other numbers.
Image to_channels(const Image& image, int channels);

}  // namespace ganymede::image
