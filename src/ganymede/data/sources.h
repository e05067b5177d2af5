// The sources open_dataset() chooses from. Each gets options whose splits are known and filled in and whose path is
// resolved; classes, count, size and channels are applied to its result, or by list().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

struct Listed;

struct Source {
  std::string name, title;
  std::vector<std::string> splits;  ///< known splits, the default one first; empty: whatever the folder has
  std::string shape;                ///< "32x32 RGB", for lists
  std::shared_ptr<const Dataset> (*open)(const DatasetOptions& options);  ///< nullptr: list() does it
  bool built_in = false;                                                  ///< made by the program: needs no files
  std::string home = {};  ///< the set whose folder below data_root() it reads; empty: its own
  /// Sets of image files: which images and classes there are, all options but size, channels and fit applied.
  /// Fills in the splits that were taken.
  Listed (*list)(DatasetOptions& options) = nullptr;
  bool deep = false;  ///< its images may have 16 bits a sample, and any number of channels
};

/// All sources, in the order they are listed to people.
const std::vector<Source>& sources();
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

std::shared_ptr<const Dataset> open_cifar10(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_cifar100(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_mnist(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_fashion_mnist(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_kmnist(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_emnist(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_stl10(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_svhn(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_mnistm(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_packed(const DatasetOptions& options);
std::shared_ptr<const Dataset> open_arrays(const DatasetOptions& options);

Listed list_celeba(DatasetOptions& options);
Listed list_flowers102(DatasetOptions& options);
Listed list_imagenet(DatasetOptions& options);
Listed list_lsun(DatasetOptions& options);
Listed list_folder(DatasetOptions& options);

}  // namespace ganymede::data
