// Internal to image/: one decoder a format, and what they share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "ganymede/image/decode.h"

namespace ganymede::image::codecs {

using Input = std::span<const std::uint8_t>;

/// The bytes start with the format's signature. Each throws as decode() does, and says in `facts` what it found; the
/// orientation in it is still to be applied.
Image decode_png(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_jpeg(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_webp(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_gif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_bmp(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_tiff(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_avif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_heif(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
Image decode_jxl(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
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

/// Notes the file's ICC profile and, where that is asked for, brings the colours to sRGB: before transparency is shown
/// white. Nothing is done for an empty one, sRGB's own, and channels that are taken as they are stored.
void apply_profile(Image& image, Input icc, const DecodeOptions& wanted, FileFacts& facts);
/// The same of a JPEG's inks: nothing where they are not to be converted or the profile is not one of inks.
std::optional<Image> apply_profile_to_inks(const Image& inks, Input icc, const DecodeOptions& wanted, FileFacts& facts);

/// Throws Error unless `wanted` asks for as many channels as an image has, or for grey or RGB.
void check_channels(int channels, const DecodeOptions& wanted, const char* format, const std::string& where);

/// Turns grey + alpha or RGB + alpha into grey or RGB on white, in place.
void flatten_alpha(Image& image, FileFacts& facts);
/// The first channel alone of an image whose channels are all equal.
Image first_channel(const Image& image);

}  // namespace ganymede::image::codecs
