// The folder of a run: held by one process at a time, resumed from its newest whole checkpoint.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/core/files.h"
#include "ganymede/train/run_files.h"

namespace ganymede::train {

/// The checkpoints of a run, newest first.
std::vector<std::filesystem::path> checkpoints_of(const std::filesystem::path& run);
/// The newest of them that is of `step` or before.
std::optional<std::filesystem::path> checkpoint_until(const std::filesystem::path& run, std::uint64_t step);

/// What each run is called beside the others: its folder's name, or its path as given where two share that name.
std::vector<std::string> run_names(const std::vector<std::filesystem::path>& folders);

class RunFolder {
 public:
  /// Creates and locks the folder, and removes what killed processes left half-written in it. Throws Error when it
  /// cannot be written, another process holds it, or it holds a run already and `resume` is false.
  RunFolder(std::filesystem::path path, bool resume);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }
  /// "samples/step-000500.png", "checkpoints/step-000500.safetensors".
  std::filesystem::path sample(std::uint64_t step) const;
  std::filesystem::path checkpoint(std::uint64_t step) const;
  std::vector<std::filesystem::path> checkpoints() const { return checkpoints_of(path_); }

  struct Found {
    checkpoint::SafetensorsFile file;
    std::filesystem::path path;
  };
  /// The newest checkpoint that can be read; damaged ones are named in the log and passed over. Nothing when there is
  /// none; throws Error when there are some and none can be read.
  std::optional<Found> newest_checkpoint() const;
  /// Seconds of training up to `step`, from the metrics.
  double seconds_until(std::uint64_t step) const;
  /// Throws Error where this is no longer the folder that was locked: it was deleted, perhaps made anew.
  void expect_there() const;
  /// The step of model.safetensors; nothing where there is none, or none that can be read.
  std::optional<std::uint64_t> model_step() const;
  /// Whether a run that ended at `step` has all it should: its state says done, and model and images are there.
  bool is_complete(std::uint64_t step) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<FolderLock> lock_;
  std::uint64_t device_ = 0, inode_ = 0;  ///< of the folder
};

}  // namespace ganymede::train
