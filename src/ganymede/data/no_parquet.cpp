// Stands in for parquet.cpp and parquet_rows.cpp in builds without Apache Arrow.
#include "ganymede/core/error.h"
#include "ganymede/data/parquet.h"

namespace ganymede::data {

std::shared_ptr<const ImageStore> parquet_images(std::vector<ArchiveSource> files, const std::filesystem::path&) {
  throw Error("this build cannot read Parquet", files.front().path.string(),
              "scripts/build parquet builds a program that does, as build/parquet/ganymede");
}

}  // namespace ganymede::data
