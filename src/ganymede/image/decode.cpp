#include "ganymede/image/decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/image/codecs.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/metadata.h"
#include "ganymede/image/profiles.h"

namespace ganymede::image {
namespace {

using namespace std::string_view_literals;

/// Whether a file begins with a signature. One that is too short to tell may: then its decoder says that it is cut
/// short.
enum class Match { kNo, kMaybe, kYes };

Match starts_with(std::string_view text, std::string_view signature) {
  const size_t length = std::min(text.size(), signature.size());
  if (text.substr(0, length) != signature.substr(0, length)) return Match::kNo;
  return text.size() < signature.size() ? Match::kMaybe : Match::kYes;
}

Match is_png(std::string_view text) {
  return starts_with(text, "\x89PNG\r\n\x1a\n"sv);
}
Match is_jpeg(std::string_view text) {
  return starts_with(text, "\xff\xd8\xff"sv);
}

Match is_webp(std::string_view text) {
  constexpr size_t kFormAt = 8;  // after "RIFF" and the four bytes of the length
  const Match riff = starts_with(text, "RIFF"sv);
  if (riff != Match::kYes) return riff;
  return text.size() <= kFormAt ? Match::kMaybe : starts_with(text.substr(kFormAt), "WEBP"sv);
}

Match is_gif(std::string_view text) {
  const Match old = starts_with(text, "GIF87a"sv), usual = starts_with(text, "GIF89a"sv);
  return old == Match::kNo ? usual : old;
}

/// "BM" begins many things: the header's size must be one that exists, too.
Match is_bmp(std::string_view text) {
  constexpr size_t kHeaderAt = 14;
  const Match magic = starts_with(text, "BM"sv);
  if (magic != Match::kYes || text.size() < kHeaderAt + 4) return magic == Match::kNo ? magic : Match::kMaybe;
  constexpr std::array kHeaders = {12, 16, 40, 52, 56, 64, 108, 124};
  const bool known =
      text.substr(kHeaderAt + 1, 3) == "\0\0\0"sv &&
      std::find(kHeaders.begin(), kHeaders.end(), static_cast<unsigned char>(text[kHeaderAt])) != kHeaders.end();
  return known ? Match::kYes : Match::kNo;
}

Match is_tiff(std::string_view text) {
  Match best = Match::kNo;
  for (const auto signature : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    best = std::max(best, starts_with(text, signature));
  }
  return best;
}

/// ISO base media: a box "ftyp" whose brands say what it is.
Match has_brand(std::string_view text, std::initializer_list<std::string_view> brands) {
  constexpr size_t kBrandAt = 8, kCompatibleAt = 16;
  if (text.size() < kBrandAt + 4 || text.substr(4, 4) != "ftyp"sv) return Match::kNo;
  const auto big_endian = [&](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(text[at])); };
  const size_t box = std::min(text.size(), big_endian(2) << 8 | big_endian(3));
  for (size_t at = kBrandAt; at + 4 <= std::max(box, kBrandAt + 4);
       at += at == kBrandAt ? kCompatibleAt - kBrandAt : 4) {
    if (std::find(brands.begin(), brands.end(), text.substr(at, 4)) != brands.end()) return Match::kYes;
  }
  return Match::kNo;
}

Match is_avif(std::string_view text) {
  return has_brand(text, {"avif"sv, "avis"sv});
}
Match is_heif(std::string_view text) {
  return has_brand(text, {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv});
}

Match is_jxl(std::string_view text) {
  if (text.starts_with("\xff\x0a"sv)) return Match::kYes;
  return text.size() < 8 ? Match::kNo : starts_with(text, "\0\0\0\x0cJXL \r\n\x87\n"sv);
}

struct Format {
  const char* name;
  Match (*match)(std::string_view text);
  Image (*decode)(codecs::Input bytes, const std::string& where, FileFacts& facts, const DecodeOptions& wanted);
  bool built = true;
};

const std::array<Format, 9>& table() {
  static const std::array<Format, 9> formats = {{{"PNG", is_png, codecs::decode_png},
                                                 {"JPEG", is_jpeg, codecs::decode_jpeg},
                                                 {"WebP", is_webp, codecs::decode_webp},
                                                 {"GIF", is_gif, codecs::decode_gif},
                                                 {"BMP", is_bmp, codecs::decode_bmp},
                                                 {"TIFF", is_tiff, codecs::decode_tiff, codecs::kReadsTiff},
                                                 {"AVIF", is_avif, codecs::decode_avif, codecs::kReadsAvif},
                                                 {"HEIC", is_heif, codecs::decode_heif, codecs::kReadsHeif},
                                                 {"JPEG XL", is_jxl, codecs::decode_jxl, codecs::kReadsJxl}}};
  return formats;
}

std::string_view text_of(codecs::Input bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The row of a file's format and how sure it is.
std::pair<const Format*, Match> row_of(std::string_view text) {
  std::pair<const Format*, Match> best{nullptr, Match::kNo};
  for (const Format& format : table()) {
    const Match match = format.match(text);
    if (match > best.second) best = {&format, match};
  }
  return best;
}

[[noreturn]] void refuse(std::string_view text, const std::string& where) {
  if (text.starts_with(kLfsPointer)) throw Error(kIsLfsPointer, where, kLfsPointerHint);
  const std::string begin = in_small_letters(text.substr(0, 256));
  if (begin.find("<!doctype html") != std::string::npos || begin.find("<html") != std::string::npos) {
    throw Error("this is a web page, not an image", where, "download the image again");
  }
  std::string known;
  for (const Format& format : table()) known += (known.empty() ? "" : ", ") + std::string(format.name);
  throw Error(fmt::format("not an image that is read ({})", known), where, "convert it to PNG");
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

void throw_unsupported(const char* format, const std::string& kind, const std::string& where) {
  throw Error(fmt::format("a {} with {} is not supported", format, kind), where, "convert it to PNG");
}

void throw_not_built(const char* format, const char* option, const std::string& where) {
  throw Error(fmt::format("this build does not read {}", format), where,
              fmt::format("build with -D{}=ON, or convert it to PNG", option));
}

void check_channels(int channels, const DecodeOptions& wanted, const char* format, const std::string& where) {
  if (!wanted.stored_channels() || channels == wanted.channels) return;
  throw Error(
      fmt::format("the {} has {} where {} are asked for", format, counted(channels, "channel"), wanted.channels), where,
      "PNG and TIFF are taken with 2 to 16 channels, the same in all files: channels = N in [data]");
}

namespace {

/// As flatten_alpha(); returns whether anything was transparent.
bool flatten_deep_alpha(Image& image) {
  bool transparent = false;
  const Image stored = std::move(image);
  image = Image(stored.width, stored.height, stored.channels - 1, 16);
  const size_t count = static_cast<size_t>(image.width) * image.height;
  for (size_t i = 0; i < count; ++i) {
    const std::uint8_t* from = stored.pixels.data() + i * stored.pixel_bytes();
    std::uint8_t* to = image.pixels.data() + i * image.pixel_bytes();
    const std::uint64_t alpha = sample16(from + 2 * image.channels);
    transparent = transparent || alpha != 65535;
    for (int c = 0; c < image.channels; ++c) {
      const std::uint64_t sum = sample16(from + 2 * c) * alpha + 65535 * (65535 - alpha);
      put_sample16(to + 2 * c, static_cast<std::uint16_t>((sum + 32767) / 65535));
    }
  }
  return transparent;
}

}  // namespace

void apply_profile(Image& image, Input icc, const DecodeOptions& wanted, FileFacts& facts) {
  facts.profile = profile_name(icc);
  if (facts.profile.empty() || !wanted.convert_profiles || wanted.stored_channels()) return;
  facts.converted = to_srgb(image, icc);
}

std::optional<Image> apply_profile_to_inks(const Image& inks, Input icc, const DecodeOptions& wanted,
                                           FileFacts& facts) {
  facts.profile = profile_name(icc);
  if (facts.profile.empty() || !wanted.convert_profiles) return std::nullopt;
  auto image = inks_to_srgb(inks, icc);
  facts.converted = image.has_value();
  return image;
}

void flatten_alpha(Image& image, FileFacts& facts) {
  if (image.bits == 16) {
    facts.transparent = flatten_deep_alpha(image);
    return;
  }
  const int colours = image.channels - 1;
  const size_t count = static_cast<size_t>(image.width) * image.height;
  const std::uint8_t* from = image.pixels.data();
  std::uint8_t* to = image.pixels.data();  // never ahead of `from`, so the same memory serves
  for (size_t i = 0; i < count; ++i, from += colours + 1, to += colours) {
    const int alpha = from[colours];
    facts.transparent = facts.transparent || alpha != 255;
    for (int c = 0; c < colours; ++c) {
      to[c] = static_cast<std::uint8_t>((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  image.channels = colours;
  image.pixels.resize(count * colours);
}

Image first_channel(const Image& image) {
  Image grey(image.width, image.height, 1);
  for (size_t i = 0; i < grey.pixels.size(); ++i) grey.pixels[i] = image.pixels[i * image.channels];
  return grey;
}

}  // namespace codecs

bool converts_profiles() {
  return codecs::kConvertsProfiles;
}

Image decode(std::span<const std::uint8_t> bytes, const std::string& where, FileFacts* facts,
             const DecodeOptions& wanted) {
  const std::string_view text = text_of(bytes);
  if (text.empty()) throw Error("the image file is empty", where);
  const auto [format, match] = row_of(text);
  if (format == nullptr) refuse(text, where);
  if (match == Match::kMaybe) codecs::throw_cut_short(format->name, where);
  FileFacts found;
  found.format = format->name;
  Image image = format->decode(bytes, where, found, wanted);
  codecs::check_channels(image.channels, wanted, format->name, where);
  image = oriented(std::move(image), found.orientation);
  image = wanted.bits == 16 ? sixteen_bits(std::move(image)) : eight_bits(std::move(image));
  if (facts != nullptr) *facts = std::move(found);
  return image;
}

const char* format_of(std::span<const std::uint8_t> head) {
  const auto [format, match] = row_of(text_of(head));
  return match == Match::kYes ? format->name : nullptr;
}

std::vector<std::pair<const char*, bool>> formats() {
  std::vector<std::pair<const char*, bool>> names;
  for (const Format& format : table()) names.emplace_back(format.name, format.built);
  return names;
}

namespace {

/// As to_channels() below, of 16 bits.
Image deep_to_channels(const Image& image, int channels) {
  Image result(image.width, image.height, channels, image.bits);
  const size_t count = static_cast<size_t>(image.width) * image.height;
  for (size_t i = 0; i < count; ++i) {
    const std::uint8_t* from = image.pixels.data() + i * image.pixel_bytes();
    std::uint8_t* to = result.pixels.data() + i * result.pixel_bytes();
    if (channels == 1) {
      const std::uint64_t luma = std::uint64_t{19595} * sample16(from) + std::uint64_t{38470} * sample16(from + 2) +
                                 std::uint64_t{7471} * sample16(from + 4) + 32768;
      put_sample16(to, static_cast<std::uint16_t>(luma >> 16));
    } else {
      for (int c = 0; c < channels; ++c) put_sample16(to + 2 * c, sample16(from));
    }
  }
  return result;
}

}  // namespace

Image sixteen_bits(Image image) {
  if (image.bits == 16) return image;
  Image result(image.width, image.height, image.channels, 16);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    put_sample16(result.pixels.data() + 2 * i, static_cast<std::uint16_t>(image.pixels[i] * 257));
  }
  return result;
}

Image to_channels(const Image& image, int channels) {
  if (image.channels == channels) return image;
  if (channels != 1 && channels != 3) throw Error(fmt::format("an image has 1 or 3 channels, not {}", channels));
  if (!can_be_shown(image)) {
    throw Error(fmt::format("an image of {} cannot get {}", counted(image.channels, "channel"), channels), {},
                "grey and RGB become each other, others stay as they are");
  }
  if (image.bits == 16) return deep_to_channels(image, channels);
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
