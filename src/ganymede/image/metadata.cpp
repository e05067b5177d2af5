#include "ganymede/image/metadata.h"

#include <algorithm>
#include <cstring>

#include "ganymede/core/text.h"

namespace ganymede::image {
namespace {

using Block = std::span<const std::uint8_t>;

/// Whole numbers of a block in either byte order; 0 beyond its end.
struct Numbers {
  Block block;
  bool little = false;

  std::uint32_t at(std::size_t place, std::size_t bytes) const {
    std::uint32_t value = 0;
    if (place > block.size() || block.size() - place < bytes) return 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      value = value << 8 | block[place + (little ? bytes - 1 - i : i)];
    }
    return value;
  }
};

constexpr std::uint32_t tag(const char (&name)[5]) {
  return std::uint32_t(name[0]) << 24 | std::uint32_t(name[1]) << 16 | std::uint32_t(name[2]) << 8 | name[3];
}

char printable(std::uint32_t character) {
  return character >= ' ' && character <= '~' ? static_cast<char>(character) : '?';
}

/// The text of a profile's "desc" tag: ASCII in version 2, the first of several languages in UTF-16 in version 4.
std::string description(const Numbers& icc, std::size_t place) {
  constexpr std::uint32_t kMaxLetters = 100;
  std::string text;
  if (icc.at(place, 4) == tag("desc")) {
    for (std::uint32_t i = 0; i < std::min(icc.at(place + 8, 4), kMaxLetters); ++i) {
      const std::uint32_t letter = icc.at(place + 12 + i, 1);
      if (letter == 0) break;
      text += printable(letter);
    }
  } else if (icc.at(place, 4) == tag("mluc") && icc.at(place + 8, 4) > 0) {
    const std::uint32_t bytes = icc.at(place + 20, 4);
    const std::size_t begin = place + icc.at(place + 24, 4);
    for (std::uint32_t i = 0; i < std::min(bytes / 2, kMaxLetters); ++i) {
      const std::uint32_t letter = icc.at(begin + 2 * i, 2);
      if (letter == 0) break;
      text += printable(letter);
    }
  }
  return text;
}

}  // namespace

int orientation_of_exif(Block exif) {
  constexpr std::uint8_t kName[] = {'E', 'x', 'i', 'f', 0, 0};
  if (exif.size() >= sizeof kName && std::memcmp(exif.data(), kName, sizeof kName) == 0) {
    exif = exif.subspan(sizeof kName);
  }
  if (exif.size() < 8) return 0;
  const Numbers numbers{exif, exif[0] == 'I'};
  if (numbers.at(2, 2) != 42) return 0;
  const std::size_t directory = numbers.at(4, 4);
  const std::uint32_t entries = numbers.at(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{12} * i;
    if (entry + 12 > exif.size()) break;
    if (numbers.at(entry, 2) != 0x0112) continue;
    const std::uint32_t value = numbers.at(entry + 2, 2) == 4 ? numbers.at(entry + 8, 4) : numbers.at(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 0;
  }
  return 0;
}

int orientation_of_xmp(std::string_view xmp) {
  constexpr std::string_view kKey = "tiff:Orientation";
  for (std::size_t at = xmp.find(kKey); at != std::string_view::npos; at = xmp.find(kKey, at + 1)) {
    std::string_view rest = xmp.substr(at + kKey.size());
    if (rest.starts_with("=\"")) {
      rest.remove_prefix(2);
    } else if (rest.starts_with('>')) {
      rest.remove_prefix(1);
    } else {
      continue;
    }
    if (!rest.empty() && rest[0] >= '1' && rest[0] <= '8') return rest[0] - '0';
  }
  return 0;
}

Image oriented(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool exchanged = orientation >= 5;
  // In the image as stored, after rows and columns are exchanged where they are.
  const bool mirrored = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool upside_down = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  Image result(exchanged ? image.height : image.width, exchanged ? image.width : image.height, image.channels,
               image.bits);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      const int from_x = mirrored ? result.width - 1 - x : x, from_y = upside_down ? result.height - 1 - y : y;
      std::copy_n(exchanged ? image.at(from_y, from_x) : image.at(from_x, from_y), image.pixel_bytes(),
                  result.at(x, y));
    }
  }
  return result;
}

std::string profile_name(Block icc) {
  constexpr std::size_t kHeader = 128;
  constexpr std::uint32_t kMaxTags = 1000;
  const Numbers numbers{icc};
  if (icc.size() < kHeader + 4 || numbers.at(36, 4) != tag("acsp")) return {};
  std::string name;
  for (std::uint32_t i = 0; i < std::min(numbers.at(kHeader, 4), kMaxTags) && name.empty(); ++i) {
    const std::size_t entry = kHeader + 4 + std::size_t{12} * i;
    if (numbers.at(entry, 4) == tag("desc")) name = description(numbers, numbers.at(entry + 4, 4));
  }
  if (name.empty()) return "unnamed";
  return in_small_letters(name).find("srgb") != std::string::npos ? std::string() : name;
}

}  // namespace ganymede::image
