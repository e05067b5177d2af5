// BMP in: Windows' and OS/2's bitmaps of 1 to 32 bits, plain, run-length coded or with bit fields (Microsoft: "Bitmap
// storage", BITMAPCOREHEADER to BITMAPV5HEADER). Transparency counts where a mask for it is given, as in Pillow.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "ganymede/image/codecs.h"

namespace ganymede::image::codecs {
namespace {

constexpr const char* kFormat = "BMP";
constexpr size_t kFileHeader = 14;

enum Compression : std::uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

struct Header {
  std::uint32_t size = 0, compression = kPlain, colours = 0;
  std::int64_t width = 0, height = 0;
  bool top_down = false;
  int bits = 0;
  size_t pixels_at = 0, palette_at = 0;
  int palette_entry = 4;                    ///< bytes of a colour
  std::array<std::uint32_t, 4> masks = {};  ///< red, green, blue, alpha
};

std::uint32_t little_endian(Input bytes, size_t at, size_t count) {
  std::uint32_t value = 0;
  for (size_t i = 0; i < count && at + i < bytes.size(); ++i) value |= std::uint32_t{bytes[at + i]} << (8 * i);
  return value;
}

void read_masks(Input bytes, Header& header) {
  const bool fields = header.compression == kBitFields || header.compression == kAlphaBitFields;
  if (!fields) {
    if (header.bits == 16) header.masks = {0x7C00, 0x03E0, 0x001F, 0};
    if (header.bits == 32) header.masks = {0xFF0000, 0xFF00, 0xFF, 0};
    return;
  }
  const bool within = header.size >= 52;
  for (size_t i = 0; i < 3; ++i) header.masks[i] = little_endian(bytes, kFileHeader + 40 + 4 * i, 4);
  const bool alpha = header.size >= 56 || header.compression == kAlphaBitFields;
  if (alpha) header.masks[3] = little_endian(bytes, kFileHeader + 52, 4);
  if (!within) header.palette_at += header.compression == kAlphaBitFields ? 16 : 12;
}

Header read_header(Input bytes, const std::string& where) {
  Header header;
  header.size = little_endian(bytes, kFileHeader, 4);
  if (bytes.size() < kFileHeader + header.size) throw_cut_short(kFormat, where);
  header.pixels_at = little_endian(bytes, 10, 4);
  header.palette_at = kFileHeader + header.size;
  if (header.size == 12) {
    header.width = little_endian(bytes, kFileHeader + 4, 2);
    header.height = little_endian(bytes, kFileHeader + 6, 2);
    header.bits = static_cast<int>(little_endian(bytes, kFileHeader + 10, 2));
    header.palette_entry = 3;
  } else {
    header.width = static_cast<std::int32_t>(little_endian(bytes, kFileHeader + 4, 4));
    header.height = static_cast<std::int32_t>(little_endian(bytes, kFileHeader + 8, 4));
    header.top_down = header.height < 0;
    header.height = header.top_down ? -header.height : header.height;
    header.bits = static_cast<int>(little_endian(bytes, kFileHeader + 14, 2));
    header.compression = header.size >= 40 ? little_endian(bytes, kFileHeader + 16, 4) : kPlain;
    header.colours = header.size >= 40 ? little_endian(bytes, kFileHeader + 32, 4) : 0;
  }
  check_size(header.width, header.height, kFormat, where);
  constexpr std::array kDepths = {1, 2, 4, 8, 16, 24, 32};
  if (std::find(kDepths.begin(), kDepths.end(), header.bits) == kDepths.end()) {
    throw_unsupported(kFormat, std::to_string(header.bits) + " bits a pixel", where);
  }
  const bool runs = header.compression == kRle8 || header.compression == kRle4;
  const bool fields = header.compression == kBitFields || header.compression == kAlphaBitFields;
  if (header.compression != kPlain && !(runs && header.bits == (header.compression == kRle8 ? 8 : 4)) &&
      !(fields && header.bits >= 16)) {
    throw_unsupported(kFormat, "compression " + std::to_string(header.compression), where);
  }
  read_masks(bytes, header);
  if (header.bits <= 8 && (header.colours == 0 || header.colours > 256)) header.colours = 1u << header.bits;
  return header;
}

/// The colour table, padded with black.
std::array<std::array<std::uint8_t, 3>, 256> read_palette(Input bytes, const Header& header) {
  std::array<std::array<std::uint8_t, 3>, 256> palette{};
  for (size_t i = 0; i < std::min<size_t>(header.colours, 256); ++i) {
    const size_t at = header.palette_at + i * static_cast<size_t>(header.palette_entry);
    for (size_t c = 0; c < 3; ++c) palette[i][c] = static_cast<std::uint8_t>(little_endian(bytes, at + 2 - c, 1));
  }
  return palette;
}

/// The colour numbers of run-length coded rows, from the bottom; what they skip is colour 0.
std::vector<std::uint8_t> read_runs(Input bytes, const Header& header, const std::string& where) {
  std::vector<std::uint8_t> numbers(static_cast<size_t>(header.width * header.height));
  const bool four = header.compression == kRle4;
  std::int64_t x = 0, y = 0;
  size_t at = header.pixels_at;
  const auto next = [&]() -> std::uint8_t {
    if (at >= bytes.size()) throw_cut_short(kFormat, where);
    return bytes[at++];
  };
  const auto put = [&](int number) {
    if (x < header.width && y < header.height)
      numbers[static_cast<size_t>(y * header.width + x)] = static_cast<std::uint8_t>(number);
    ++x;
  };
  while (y < header.height) {
    const int count = next(), value = next();
    if (count > 0) {
      for (int i = 0; i < count; ++i) put(four ? (i % 2 == 0 ? value >> 4 : value & 15) : value);
    } else if (value == 0) {
      x = 0, ++y;
    } else if (value == 1) {
      break;
    } else if (value == 2) {
      x += next(), y += next();
    } else {
      int held = 0;
      for (int i = 0; i < value; ++i) {
        if (!four || i % 2 == 0) held = next();
        put(four ? (i % 2 == 0 ? held >> 4 : held & 15) : held);
      }
      const int used = four ? (value + 1) / 2 : value;
      if (used % 2 != 0) next();  // runs end at even places
    }
  }
  return numbers;
}

/// A field of a pixel as 8 bits: widened to the whole range as Pillow does.
int field(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const std::uint64_t most = mask >> shift, value = (pixel & mask) >> shift;
  return static_cast<int>(value * 255 / most);
}

void check_length(Input bytes, const Header& header, size_t row, const std::string& where) {
  const std::uint64_t needed = header.pixels_at + std::uint64_t{row} * static_cast<std::uint64_t>(header.height);
  // The last row's padding may be missing.
  if (needed > bytes.size() + 3) throw_cut_short(kFormat, where);
}

Image read_numbered(Input bytes, const Header& header, const std::string& where) {
  const auto palette = read_palette(bytes, header);
  const bool grey =
      std::all_of(palette.begin(), palette.end(), [](const auto& c) { return c[0] == c[1] && c[1] == c[2]; });
  const size_t row = (static_cast<size_t>(header.width) * static_cast<size_t>(header.bits) + 31) / 32 * 4;
  std::vector<std::uint8_t> numbers;
  const bool runs = header.compression != kPlain;
  if (runs) numbers = read_runs(bytes, header, where);
  if (!runs) check_length(bytes, header, row, where);
  Image image(static_cast<int>(header.width), static_cast<int>(header.height), grey ? 1 : 3);
  const int per_byte = 8 / header.bits, last = (1 << header.bits) - 1;
  for (int y = 0; y < image.height; ++y) {
    const size_t stored = static_cast<size_t>(header.top_down ? y : image.height - 1 - y);
    for (int x = 0; x < image.width; ++x) {
      std::uint32_t number = 0;
      if (runs) {
        number = numbers[stored * static_cast<size_t>(image.width) + static_cast<size_t>(x)];
      } else {
        const auto byte = little_endian(bytes, header.pixels_at + row * stored + static_cast<size_t>(x / per_byte), 1);
        number = byte >> (header.bits * (per_byte - 1 - x % per_byte)) & static_cast<unsigned>(last);
      }
      std::copy_n(palette[number].begin(), image.channels, image.at(x, y));
    }
  }
  return image;
}

}  // namespace

Image decode_bmp(Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions&) {
  const Header header = read_header(bytes, where);
  facts.bits = header.bits == 16 ? 5 : 8;
  if (header.bits <= 8) return read_numbered(bytes, header, where);
  const auto bytes_each = static_cast<size_t>(header.bits / 8);
  const size_t row = (static_cast<size_t>(header.width) * bytes_each + 3) / 4 * 4;
  check_length(bytes, header, row, where);
  const bool alpha = header.masks[3] != 0;
  Image image(static_cast<int>(header.width), static_cast<int>(header.height), alpha ? 4 : 3);
  for (int y = 0; y < image.height; ++y) {
    const size_t stored = static_cast<size_t>(header.top_down ? y : image.height - 1 - y);
    for (int x = 0; x < image.width; ++x) {
      const size_t at = header.pixels_at + row * stored + static_cast<size_t>(x) * bytes_each;
      const std::uint32_t pixel = little_endian(bytes, at, bytes_each);
      std::uint8_t* to = image.at(x, y);
      for (int c = 0; c < image.channels; ++c) {
        const int value = header.bits == 24 ? static_cast<int>(pixel >> (16 - 8 * c) & 255)
                                            : field(pixel, header.masks[static_cast<size_t>(c)]);
        to[c] = static_cast<std::uint8_t>(value);
      }
    }
  }
  if (alpha) flatten_alpha(image, facts);
  return image;
}

}  // namespace ganymede::image::codecs
