// Internal to image/: one decoder a format, and the errors they share.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ganymede/image/decode.h"

namespace ganymede::image::codecs {

using Input = std::span<const std::uint8_t>;

/// The bytes start with the format's signature. Each throws as decode() does.
Image decode_png(Input bytes, const std::string& where);
Image decode_jpeg(Input bytes, const std::string& where);
Image decode_webp(Input bytes, const std::string& where);

/// Throws Error when a header's size is zero or over the limits of decode.h.
void check_size(std::int64_t width, std::int64_t height, const char* format, const std::string& where);
[[noreturn]] void throw_cut_short(const char* format, const std::string& where);
[[noreturn]] void throw_damaged(const char* format, const std::string& reason, const std::string& where);

/// Turns grey + alpha or RGB + alpha into grey or RGB on white, in place.
void flatten_alpha(Image& image);

}  // namespace ganymede::image::codecs
