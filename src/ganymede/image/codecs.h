// Internal to image/: one decoder a format, and what they share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ganymede/image/decode.h"

namespace ganymede::image::codecs {

using Input = std::span<const std::uint8_t>;

/// The bytes start with the format's signature. Each throws as decode() does, and says in `facts` what it found; the
/// orientation in it is still to be applied.
Image decode_png(Input bytes, const std::string& where, FileFacts& facts);
Image decode_jpeg(Input bytes, const std::string& where, FileFacts& facts);
Image decode_webp(Input bytes, const std::string& where, FileFacts& facts);
Image decode_gif(Input bytes, const std::string& where, FileFacts& facts);
Image decode_bmp(Input bytes, const std::string& where, FileFacts& facts);
Image decode_tiff(Input bytes, const std::string& where, FileFacts& facts);
Image decode_avif(Input bytes, const std::string& where, FileFacts& facts);
Image decode_heif(Input bytes, const std::string& where, FileFacts& facts);
Image decode_jxl(Input bytes, const std::string& where, FileFacts& facts);
/// Whether the build has the library.
extern const bool kReadsTiff, kReadsAvif, kReadsHeif, kReadsJxl;

/// Throws Error when a header's size is zero or over the limits of decode.h.
void check_size(std::int64_t width, std::int64_t height, const char* format, const std::string& where);
[[noreturn]] void throw_cut_short(const char* format, const std::string& where);
[[noreturn]] void throw_damaged(const char* format, const std::string& reason, const std::string& where);
/// A sound file of a kind we do not read: "12 bits a sample", "lossless coding".
[[noreturn]] void throw_unsupported(const char* format, const std::string& kind, const std::string& where);
/// The build lacks the library: `option` is CMake's name for it.
[[noreturn]] void throw_not_built(const char* format, const char* option, const std::string& where);

/// Turns grey + alpha or RGB + alpha into grey or RGB on white, in place.
void flatten_alpha(Image& image);
/// The first channel alone of an image whose channels are all equal.
Image first_channel(const Image& image);

}  // namespace ganymede::image::codecs
