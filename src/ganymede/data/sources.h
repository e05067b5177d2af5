// The sources open_dataset() chooses from: a new one is its file, its name in CMakeLists.txt, and a test. Each gets
// options whose splits are known and filled in and whose path is resolved; classes, count, size and channels are
// applied to its result, or by list().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/config/registry.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {

struct Listed;

struct Source {
  std::string name, title;
  std::vector<std::string> splits = {};  ///< known splits, the default one first; empty: whatever the folder has
  std::string shape = "any";             ///< "32x32 RGB", for lists
  std::shared_ptr<const Dataset> (*open)(const DatasetOptions& options) = nullptr;  ///< nullptr: list() does it
  /// Sets of image files: which images and classes there are, all options but size, channels and fit applied.
  /// Fills in the splits that were taken.
  Listed (*list)(DatasetOptions& options) = nullptr;
  bool built_in = false;                  ///< made by the program: needs no files
  std::string home = {};                  ///< the set whose folder below data_root() it reads; empty: its own
  bool anywhere = false;                  ///< has no folder of its own there: it is what a path names
  bool deep = false;                      ///< its images may have 16 bits a sample, and any number of channels
  bool prepared = false;                  ///< its files are prepared ones
  std::vector<std::string> options = {};  ///< of [data], those that mean nothing to sources without them
  bool in_zip = false;                    ///< a zip of its files is known by what `has` says of their names
  /// Whether a path is its file, whatever lies beside.
  std::function<bool(const std::filesystem::path& path)> is = {};
  /// Whether a file of this name, below this path, is one of the set's.
  std::function<bool(const std::string& file, const std::string& path)> has = {};
  /// Puts in what its options leave open.
  std::function<void(DatasetOptions& options)> complete = {};
};
using SourceRegistry = config::Registry<Source>;

/// Those of this folder, in the order they are listed to people, and what a program added.
SourceRegistry& sources();
/// Adds those of this folder.
void add_entries(SourceRegistry& registry);
void add_source(SourceRegistry& registry, Source source);
/// Throws UsageError naming the nearest known source.
const Source& source_named(const std::string& name);

/// `asked` once it is checked, with splits filled in and the path resolved. Throws UsageError as open_dataset() does.
DatasetOptions settled(const DatasetOptions& asked);
/// As open_dataset() for settled options, but from the source itself, whatever is prepared.
std::shared_ptr<const Dataset> open_source(const DatasetOptions& settled);

/// Where data sets are looked for and downloaded to when no path is named: $GANYMEDE_DATA, else ./datasets. Each has a
/// folder of its name there.
std::filesystem::path data_root();
/// That folder of a data set; for other downloads the one of their own name.
std::filesystem::path home_of(const std::string& dataset);

/// The source whose files lie at `path`, told by their names: "cifar10", "svhn", ...; "folder" when none is
/// recognised.
std::string guess_source(const std::filesystem::path& path);

/// Of optional_sources.cpp: builds without their libraries have stand-ins.
std::shared_ptr<const Dataset> open_svhn(const DatasetOptions& options);
Listed list_flowers102(DatasetOptions& options);
Listed list_lsun(DatasetOptions& options);

}  // namespace ganymede::data
