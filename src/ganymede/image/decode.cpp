#include "ganymede/image/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "ganymede/core/error.h"
#include "ganymede/image/codecs.h"

namespace ganymede::image {
namespace {

using namespace std::string_view_literals;

constexpr auto kPng = "\x89PNG\r\n\x1a\n"sv;
constexpr auto kJpeg = "\xff\xd8\xff"sv;
constexpr auto kRiff = "RIFF"sv;
constexpr auto kWebp = "WEBP"sv;
constexpr size_t kWebpAt = 8;  // after "RIFF" and the four bytes of the length

/// Whether `text` starts with `signature`, or is too short to tell and agrees as far as it goes.
bool may_start_with(std::string_view text, std::string_view signature) {
  const size_t length = std::min(text.size(), signature.size());
  return text.substr(0, length) == signature.substr(0, length);
}

}  // namespace

namespace codecs {

void check_size(std::int64_t width, std::int64_t height, const char* format, const std::string& where) {
  if (width <= 0 || height <= 0) throw_damaged(format, "its header gives a size of zero", where);
  if (width > kMaxSide || height > kMaxSide || width * height > kMaxPixels) {
    throw Error(fmt::format("the {} is {} x {} pixels, over the limit of {} a side and {} in all", format, width,
                            height, kMaxSide, kMaxPixels),
                where, "scale it down first");
  }
}

void throw_cut_short(const char* format, const std::string& where) {
  throw Error(fmt::format("the {} is cut short", format), where, "copy or download the file again");
}

void throw_damaged(const char* format, const std::string& reason, const std::string& where) {
  throw Error(fmt::format("the {} is damaged: {}", format, reason), where, "copy or download the file again");
}

void flatten_alpha(Image& image) {
  const int colours = image.channels - 1;
  const size_t count = static_cast<size_t>(image.width) * image.height;
  const std::uint8_t* from = image.pixels.data();
  std::uint8_t* to = image.pixels.data();  // never ahead of `from`, so the same memory serves
  for (size_t i = 0; i < count; ++i, from += colours + 1, to += colours) {
    const int alpha = from[colours];
    for (int c = 0; c < colours; ++c) {
      to[c] = static_cast<std::uint8_t>((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  image.channels = colours;
  image.pixels.resize(count * colours);
}

}  // namespace codecs

Image decode(std::span<const std::uint8_t> bytes, const std::string& where) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.empty()) throw Error("the image file is empty", where);
  if (may_start_with(text, kPng)) {
    if (text.size() < kPng.size()) codecs::throw_cut_short("PNG", where);
    return codecs::decode_png(bytes, where);
  }
  if (may_start_with(text, kJpeg)) {
    if (text.size() < kJpeg.size()) codecs::throw_cut_short("JPEG", where);
    return codecs::decode_jpeg(bytes, where);
  }
  if (may_start_with(text, kRiff) && (text.size() <= kWebpAt || may_start_with(text.substr(kWebpAt), kWebp))) {
    if (text.size() < kWebpAt + kWebp.size()) codecs::throw_cut_short("WebP", where);
    return codecs::decode_webp(bytes, where);
  }
  throw Error("not a PNG, JPEG or WebP file", where, "convert it to PNG");
}

Image to_channels(const Image& image, int channels) {
  if (channels != 1 && channels != 3) throw Error(fmt::format("a picture has 1 or 3 channels, not {}", channels));
  if (image.channels == channels) return image;
  Image result(image.width, image.height, channels);
  const size_t count = static_cast<size_t>(image.width) * image.height;
  const std::uint8_t* from = image.pixels.data();
  std::uint8_t* to = result.pixels.data();
  for (size_t i = 0; i < count; ++i) {
    if (channels == 1) {
      // ITU-R BT.601's weights in 16-bit fixed point; they add up to 65536.
      to[i] = static_cast<std::uint8_t>(
          (19595 * from[3 * i] + 38470 * from[3 * i + 1] + 7471 * from[3 * i + 2] + 32768) >> 16);
    } else {
      to[3 * i] = to[3 * i + 1] = to[3 * i + 2] = from[i];
    }
  }
  return result;
}

}  // namespace ganymede::image
