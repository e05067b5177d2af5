// The flags that say which data set a command works on, and which part of it.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::cli {

/// A data set by name or path, as `ganymede data info` takes it.
struct ChosenData {
  std::string what, folder, photos, exclude, label, fit = "crop";
  std::vector<std::string> splits, classes, attributes, where;
  int size = 0, channels = 0;
  bool skip_bad = false;

  /// `app` must not outlive this.
  void add_to(CLI::App& app);
  /// Throws Error for a path that does not exist and UsageError for two paths.
  data::DatasetOptions options() const;
  std::shared_ptr<const data::Dataset> open() const { return data::open_dataset(options()); }
};

}  // namespace ganymede::cli
