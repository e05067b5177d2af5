// Images in Parquet files, as the Hugging Face Hub hands data sets out: a row for each image, its other columns beside
// it. Builds without Apache Arrow have a stand-in (no_parquet.cpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/data/archived_images.h"

namespace ganymede::data {

inline bool is_parquet_name(const std::filesystem::path& path) {
  return path.extension() == ".parquet";
}

/// The images of the first column that holds some (structs of "bytes" and "path", or the bytes alone), held compressed
/// as in their files; the columns of numbers and texts become tables, with the names that the Hub's own record of the
/// columns gives to classes. Rows without an image are left out, which notes() say.
/// Throws Error where a file is damaged, has no column of images, or more than 8 GiB would have to be held.
std::shared_ptr<const ImageStore> parquet_images(std::vector<ArchiveSource> files, const std::filesystem::path& root);

}  // namespace ganymede::data
