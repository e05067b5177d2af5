#include "ganymede/image/tiff_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/image/depth.h"

namespace ganymede::image::codecs {
namespace {

/// So many bytes of samples are read from one file, and at once, at most.
constexpr std::uint64_t kMaxBytes = std::uint64_t{512} << 20;

/// Where channels are stored apart each piece of the file holds one of them.
struct Plane {
  int number = 0;
  bool apart = false;
};

struct Place {
  int x = 0, y = 0, width = 0, height = 0;
};

std::size_t pixel_bytes(const Image& image, const Plane& plane) {
  const int bytes = plane.apart ? image.bits / 8 : image.pixel_bytes();
  return static_cast<std::size_t>(bytes);
}

/// A strip or the part of a tile that lies in the image.
void put(const std::vector<std::uint8_t>& piece, std::size_t row_bytes, const Place& place, const Plane& plane,
         Image& image) {
  const std::size_t each = pixel_bytes(image, plane);
  for (int y = 0; y < place.height; ++y) {
    const std::uint8_t* from = piece.data() + row_bytes * static_cast<std::size_t>(y);
    std::uint8_t* to =
        image.at(place.x, place.y + y) + (plane.apart ? each * static_cast<std::size_t>(plane.number) : 0);
    if (!plane.apart) {
      std::copy_n(from, each * static_cast<std::size_t>(place.width), to);
      continue;
    }
    for (int x = 0; x < place.width; ++x, from += each, to += image.pixel_bytes()) std::copy_n(from, each, to);
  }
}

bool read_strips(TIFF* file, const Plane& plane, Image& image) {
  const auto row_bytes = static_cast<std::size_t>(image.width) * pixel_bytes(image, plane);
  std::uint32_t rows = 0;
  TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &rows);
  if (rows == 0 || TIFFScanlineSize64(file) != row_bytes) return false;
  const int each = static_cast<int>(std::min(rows, static_cast<std::uint32_t>(image.height)));
  std::vector<std::uint8_t> piece(row_bytes * static_cast<std::size_t>(each));
  for (int y = 0; y < image.height; y += each) {
    const int height = std::min(each, image.height - y);
    const auto strip = TIFFComputeStrip(file, static_cast<std::uint32_t>(y), static_cast<std::uint16_t>(plane.number));
    const auto bytes = static_cast<tmsize_t>(row_bytes * static_cast<std::size_t>(height));
    if (TIFFReadEncodedStrip(file, strip, piece.data(), bytes) != bytes) return false;
    put(piece, row_bytes, {0, y, image.width, height}, plane, image);
  }
  return true;
}

bool read_tiles(TIFF* file, const Plane& plane, Image& image) {
  std::uint32_t width = 0, height = 0;
  TIFFGetField(file, TIFFTAG_TILEWIDTH, &width);
  TIFFGetField(file, TIFFTAG_TILELENGTH, &height);
  const std::uint64_t row_bytes = std::uint64_t{width} * pixel_bytes(image, plane);
  if (width == 0 || height == 0 || row_bytes > kMaxBytes || row_bytes * height > kMaxBytes) return false;
  if (TIFFTileRowSize64(file) != row_bytes || TIFFTileSize64(file) != row_bytes * height) return false;
  std::vector<std::uint8_t> piece(row_bytes * height);
  const int tile_width = static_cast<int>(width), tile_height = static_cast<int>(height);
  for (int y = 0; y < image.height; y += tile_height) {
    for (int x = 0; x < image.width; x += tile_width) {
      if (TIFFReadTile(file, piece.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0,
                       static_cast<std::uint16_t>(plane.number)) < 0) {
        return false;
      }
      put(piece, row_bytes, {x, y, std::min(tile_width, image.width - x), std::min(tile_height, image.height - y)},
          plane, image);
    }
  }
  return true;
}

std::uint64_t sample_of(const Image& image, std::size_t number) {
  return image.bits == 16 ? sample16(image.pixels.data() + 2 * number) : image.pixels[number];
}

void put_sample(Image& image, std::size_t number, std::uint64_t sample) {
  if (image.bits == 16) return put_sample16(image.pixels.data() + 2 * number, static_cast<std::uint16_t>(sample));
  image.pixels[number] = static_cast<std::uint8_t>(sample);
}

/// A level that shows through by `alpha` of `most`, on white.
std::uint64_t on_white(std::uint64_t level, std::uint64_t alpha, std::uint64_t most) {
  return (level * alpha + most * (most - alpha) + most / 2) / most;
}

}  // namespace

bool read_samples(TIFF* file, Image& image, const std::string& where) {
  const std::uint64_t bytes = std::uint64_t{1} * image.width * image.height * image.pixel_bytes();
  if (bytes > kMaxBytes) {
    throw Error(fmt::format("the TIFF's samples take {} MB, over the limit of {}", bytes >> 20, kMaxBytes >> 20), where,
                "scale it down first");
  }
  image.pixels.resize(bytes);
  std::uint16_t config = PLANARCONFIG_CONTIG;
  TIFFGetFieldDefaulted(file, TIFFTAG_PLANARCONFIG, &config);
  const bool apart = config == PLANARCONFIG_SEPARATE;
  for (int number = 0; number < (apart ? image.channels : 1); ++number) {
    const Plane plane{number, apart};
    if (!(TIFFIsTiled(file) != 0 ? read_tiles(file, plane, image) : read_strips(file, plane, image))) return false;
  }
  return true;
}

Image grey_or_rgb(const Image& all, const TiffKind& kind, FileFacts& facts) {
  Image image(all.width, all.height, kind.grey() ? 1 : 3, all.bits);
  const std::uint64_t most = all.bits == 16 ? 65535 : 255;
  const bool inverted = kind.photometric == PHOTOMETRIC_MINISWHITE;
  const std::size_t count = static_cast<std::size_t>(all.width) * all.height;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = i * static_cast<std::size_t>(all.channels);
    const std::uint64_t alpha = kind.alpha ? sample_of(all, from + static_cast<std::size_t>(image.channels)) : most;
    facts.transparent = facts.transparent || alpha < most;
    for (std::size_t c = 0; c < static_cast<std::size_t>(image.channels); ++c) {
      std::uint64_t level = sample_of(all, from + c);
      // What was multiplied by alpha is how far a sample is from 0, which may be white.
      if (kind.premultiplied) {
        level = inverted ? most - level : std::min(most, level + most - alpha);
      } else {
        level = on_white(inverted ? most - level : level, alpha, most);
      }
      put_sample(image, i * static_cast<std::size_t>(image.channels) + c, level);
    }
  }
  return image;
}

Image rgb_of_inks(const Image& all) {
  constexpr std::uint64_t kMost = 65535;
  Image image(all.width, all.height, 3, 16);
  const std::size_t count = static_cast<std::size_t>(all.width) * all.height;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t from = i * static_cast<std::size_t>(all.channels);
    const std::uint64_t beside_black = kMost - sample_of(all, from + 3);
    for (std::size_t c = 0; c < 3; ++c) {
      put_sample(image, 3 * i + c, ((kMost - sample_of(all, from + c)) * beside_black + kMost / 2) / kMost);
    }
  }
  return image;
}

}  // namespace ganymede::image::codecs
