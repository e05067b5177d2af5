// Prepared data sets: packed files that stand in for a data set wherever the same options open it again, for as long as
// its files stay as they were.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

/// Opens settled options (see sources.h) from their source, as if nothing were prepared.
using OpenSource = std::function<std::shared_ptr<const Dataset>(const DatasetOptions& options)>;

/// What `prepare` did.
struct Preparation {
  std::filesystem::path file;
  bool fresh = true;  ///< false: a whole and current file was there already
  std::size_t images = 0;
  std::uint64_t bytes = 0;  ///< of the file
};

/// Packs a data set into `file`, or where it is empty into its place in the cache folder, where open_dataset() finds
/// it. Throws what opening and packing throw, and UsageError for built-in data.
Preparation prepare(const DatasetOptions& options, const std::filesystem::path& file = {});

/// The prepared form of settled options, or null where there is none. One that is damaged or older than the files is
/// made anew, with a line in the log; so is, at the next start, one whose damage shows only while reading, when the
/// source takes over.
std::shared_ptr<const Dataset> open_prepared(const DatasetOptions& options, const OpenSource& open);

/// A text that differs whenever the files at `path` do: names, sizes and times of change of all below it.
std::string fingerprint_of(const std::filesystem::path& path);

}  // namespace ganymede::data
