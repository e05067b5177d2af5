// The flags that say which data set a command works on, and which part of it.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "ganymede/data/dataset.h"

namespace ganymede::cli {

/// A data set by name or path, as `ganymede data info` takes it.
class ChosenData {
 public:
  /// `app` must not outlive this.
  void add_to(CLI::App& app);
  /// Chooses as flags would: a data set's name or a path, and which part of it.
  void choose(const std::string& what, const data::DatasetOptions& asked) {
    what_ = what;
    asked_ = asked;
  }
  /// Throws Error for a path that does not exist and UsageError for two paths.
  data::DatasetOptions options() const;
  std::shared_ptr<const data::Dataset> open() const { return data::open_dataset(options()); }

 private:
  std::string what_;
  data::DatasetOptions asked_;
};

}  // namespace ganymede::cli
