// Images out of files. A file's format is known by its content, never by its name. Files are hostile: sizes are
// checked before memory is taken.
//
// What an image is, is what Pillow and torchvision make of its file: samples as they are stored, whatever gAMA, cHRM
// or an ICC profile say; turned as EXIF's orientation says; the inks of a CMYK JPEG taken as inverted, with Adobe's
// mark or without. Two things are our own: transparency shows white, and 16 bits become the nearest 8. Who
// asks for it gets 16 bits, channels as they are stored, and profiles converted.
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
  const char* format = "";   ///< "JPEG", "PNG", ...
  int bits = 8;              ///< of a sample in the file
  int orientation = 1;       ///< the turn that was applied, 1 to 8 as EXIF counts them
  int left_out = 0;          ///< channels beside grey or RGB and transparency, which were not taken
  bool transparent = false;  ///< some pixels let through what is behind them: white
  bool animated = false;     ///< there are more frames than the first, which was read
  std::string profile;       ///< name of an ICC profile other than sRGB; else empty
  bool converted = false;    ///< by that profile, to sRGB; else it was not applied
};

/// What is asked of the samples of an image file; unless said, what people are shown.
struct DecodeOptions {
  int bits = 8;      ///< 8, or 16: then samples of 16 bits stay, and those of 8 become 16
  int channels = 0;  ///< 0, 1 or 3: grey or RGB, as the file is; others: the file's own, transparency among them

  /// Colours of an ICC profile other than sRGB become sRGB's, by the perceptual intent, as Pillow's ImageCms has it.
  /// Where a profile is damaged or one of other colours than the image, they stay.
  bool convert_profiles = false;

  /// Whether the channels are asked for as they are stored.
  bool stored_channels() const { return channels == 2 || channels > 3; }
  bool operator==(const DecodeOptions&) const = default;
};

/// Decodes PNG, JPEG, WebP, GIF, BMP and, where the build has their libraries, TIFF, AVIF, HEIC and JPEG XL; of several
/// frames the first. One channel when the file is grey, else three; 16 bits become 8, palettes and inks RGB,
/// transparency white. PNG and TIFF give 16 bits and other channels where `wanted` asks for them; every other format
/// gives its 8 bits as 16. Throws Error at `where` (a file name, say) when it is none of them, cut short, damaged, of a
/// kind that is not supported, or over the limits.
Image decode(std::span<const std::uint8_t> bytes, const std::string& where, FileFacts* facts = nullptr,
             const DecodeOptions& wanted = {});

/// The name of the format that begins with these bytes (kHeadBytes of them, or the whole file), also of one that this
/// build cannot read; null when it is no image that decode() knows.
const char* format_of(std::span<const std::uint8_t> head);

/// Whether this build has Little CMS, without which no profile is converted.
bool converts_profiles();

/// The formats, and for each whether this build reads it.
std::vector<std::pair<const char*, bool>> formats();

/// The same levels of 16 bits: 255 becomes 65535. All channels stay.
Image sixteen_bits(Image image);

/// The same image with 1 channel (Rec. 601 luma, rounded) or 3 (grey repeated), or as many as it has. Throws Error for
/// other numbers.
Image to_channels(const Image& image, int channels);

}  // namespace ganymede::image
