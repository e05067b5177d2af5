#include "ganymede/image/grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/depth.h"

namespace ganymede::image {
namespace {

constexpr std::uint8_t kBackground = 250;
constexpr std::int64_t kMaxSheetPixels = std::int64_t{1} << 28;

/// Throws where arithmetic on ints or the memory would run out.
void check_sheet(std::int64_t width, std::int64_t height) {
  if (width > kMaxSheetPixels || height > kMaxSheetPixels || width * height > kMaxSheetPixels) {
    throw Error(fmt::format("a sheet of {} x {} pixels is too large", width, height), {}, "use fewer images");
  }
}

}  // namespace

Image grid(std::span<const Image> images, int columns, int padding) {
  if (images.empty()) throw Error("a grid needs at least one image");
  if (columns < 1 || padding < 0) throw Error("a grid cannot have " + counted(columns, "column"));
  const int width = images[0].width, height = images[0].height;
  int channels = 1;
  for (const Image& image : images) {
    if (image.width != width || image.height != height) {
      throw Error(fmt::format("a grid needs equally large images, but got {} x {} and {} x {}", width, height,
                              image.width, image.height));
    }
    channels = std::max(channels, image.channels >= 3 ? 3 : 1);
  }
  const auto count = static_cast<std::int64_t>(images.size());
  const std::int64_t across = std::min<std::int64_t>(columns, count), down = (count + across - 1) / across;
  const std::int64_t step_x = std::int64_t{width} + padding, step_y = std::int64_t{height} + padding;
  check_sheet(across, down);  // so that the products below cannot overflow
  check_sheet(across * step_x + padding, down * step_y + padding);

  Image sheet(static_cast<int>(across * step_x + padding), static_cast<int>(down * step_y + padding), channels);
  std::fill(sheet.pixels.begin(), sheet.pixels.end(), kBackground);
  for (std::int64_t i = 0; i < count; ++i) {
    const int left = static_cast<int>(padding + i % across * step_x),
              top = static_cast<int>(padding + i / across * step_y);
    const Image& image = images[static_cast<size_t>(i)];
    const bool as_it_is = image.channels == channels && image.bits == 8;
    const Image converted = as_it_is ? Image() : to_channels(shown(image), channels);
    const Image& source = as_it_is ? image : converted;
    for (int y = 0; y < height; ++y) {
      std::copy_n(source.at(0, y), static_cast<size_t>(width) * channels, sheet.at(left, top + y));
    }
  }
  return sheet;
}

Image pair_grid(std::span<const Image> above, std::span<const Image> below, int columns) {
  if (above.size() != below.size())
    throw Error(fmt::format("{} cannot stand above {}", counted(above.size(), "image"), below.size()));
  if (columns < 1) throw Error("a grid cannot have " + counted(columns, "column"));
  std::vector<Image> rows;
  for (size_t begin = 0; begin < above.size(); begin += static_cast<size_t>(columns)) {
    const size_t count = std::min(static_cast<size_t>(columns), above.size() - begin);
    // A last row that is not full is made up, so that what is below it stays below it.
    for (const auto& row : {above.subspan(begin, count), below.subspan(begin, count)}) {
      rows.insert(rows.end(), row.begin(), row.end());
      if (begin == 0) continue;
      for (size_t i = count; i < static_cast<size_t>(columns); ++i) {
        Image empty(row[0].width, row[0].height, 1);
        std::fill(empty.pixels.begin(), empty.pixels.end(), kBackground);
        rows.push_back(std::move(empty));
      }
    }
  }
  return grid(rows, static_cast<int>(std::min(static_cast<size_t>(columns), above.size())));
}

Image upscale(const Image& image, int factor) {
  if (factor < 1) throw Error(fmt::format("cannot enlarge an image {} times", factor));
  check_sheet(std::int64_t{image.width} * factor, std::int64_t{image.height} * factor);
  Image result(image.width * factor, image.height * factor, image.channels, image.bits);
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x) {
      std::copy_n(image.at(x / factor, y / factor), image.pixel_bytes(), result.at(x, y));
    }
  }
  return result;
}

}  // namespace ganymede::image
