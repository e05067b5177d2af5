// Data sets that lie in several files, as hubs hand them out: tar archives (shards of WebDataset and others) or Parquet
// files.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "ganymede/data/archived_images.h"

namespace ganymede::data {

/// The tar archives or Parquet files that `path` means: itself, "name-{000000..000012}.tar" (ranges with leading zeros,
/// as WebDataset writes them), or a folder with such files and no images beside them, which are all of one kind.
/// Nothing where it means something else; one archive has no name. Names that differ only in their digits are one set;
/// where there are several, each of them must be named like a split (train, val, test, ...; in the name or as a
/// folder), which becomes the prefix. Throws Error where shards of a range are missing and UsageError where several
/// sets could be meant.
std::optional<std::vector<ArchiveSource>> shards_at(const std::filesystem::path& path);

/// The files of a range, whether they are there or not; nothing where `path` holds no range, or is itself a file.
std::vector<std::filesystem::path> range_of(const std::filesystem::path& path);

/// Whether `path` is there, or any file of the range that it is.
bool is_there(const std::filesystem::path& path);

}  // namespace ganymede::data
