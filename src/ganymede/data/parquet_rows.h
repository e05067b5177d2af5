// What a Parquet file of images holds, row by row. Nothing of Arrow is seen from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::data {

struct ParquetColumns {
  std::string image;                      ///< the column whose images are taken
  std::vector<std::string> other_images;  ///< columns of images beside it, which are not
  std::vector<std::string> cells;         ///< columns of single values, whose texts rows bring along
  std::map<std::string, std::vector<std::string>> class_names;  ///< of the numbers in a column
};

/// Takes a row: the image's bytes (empty: it has none) and the texts of the cells, "" where there is no value.
using TakeRow = std::function<void(std::uint64_t row, Bytes image, std::vector<std::string> cells)>;

/// Reads a file from its first row to its last. Throws Error where it is damaged, holds no column of images, or needs
/// more than `budget` bytes at once.
ParquetColumns read_parquet(const std::filesystem::path& path, std::uint64_t budget, const TakeRow& take);

}  // namespace ganymede::data
