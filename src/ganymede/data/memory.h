// Images held in memory: what most sources become.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

/// What is decoded or resized is kept in memory up to this many bytes of pixels, and made anew at each read beyond it.
constexpr std::uint64_t kPixelBudget = std::uint64_t{2} << 30;

/// Equally large images, one after another, rows from the top, channels interleaved.
struct Images {
  int height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;  ///< count() * image_bytes()
  std::vector<std::int32_t> labels;  ///< count(); -1 where there is no label
  std::vector<std::string> keys;     ///< count(), see Dataset::key(); empty where they are the images' numbers
  std::string checksum;              ///< content_checksum() once somebody computed it, else empty
  int bits = 8;                      ///< of a sample: 8 or 16

  std::size_t count() const { return labels.size(); }
  std::size_t image_bytes() const { return std::size_t{1} * height * width * channels * (bits / 8); }
};

/// sha256 over all pixels, then all labels (32 bits, little endian).
std::string content_checksum(const Images& images);

/// Takes `images` as a data set. Size, and checksum where it is empty, are filled into `info`.
std::shared_ptr<const Dataset> in_memory(DatasetInfo info, Images images);

}  // namespace ganymede::data
