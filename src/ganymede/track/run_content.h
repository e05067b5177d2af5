// What a tracker is sent of a run folder: its recipe, the rows of its metrics, its files, how it ended. The folder is
// all there is to be sent, so whatever ends a training, nothing is lost but what the folder itself lacks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/train/metrics_table.h"

namespace ganymede::track {

using Texts = std::vector<std::pair<std::string, std::string>>;

/// The recipe's keys, dotted, with their values: a list as JSON in one text. Throws Error where it cannot be read.
Texts parameters_of(const std::filesystem::path& run);
/// What environment.json says of the program, the machine and the data, by keys of MLflow's and of our own; not the
/// command. Nothing where it cannot be read.
Texts tags_of(const std::filesystem::path& run);

/// The rows of metrics.csv as they come.
class RowReader {
 public:
  explicit RowReader(std::filesystem::path run);
  /// The next whole rows, about a megabyte of them at most; none where there are no more yet. A table that was cut back
  /// (by a resumed run) is read from its start again. Throws Error for a damaged one.
  std::vector<train::MetricsRow> next();

 private:
  std::filesystem::path path_;
  std::string header_;
  std::uint64_t offset_ = 0;
};

/// The files to send, below the run folder, with size and time of change: sample grids and the recipe; of a run that
/// has `ended`, its model, charts and tables too.
std::map<std::string, std::string> files_of(const std::filesystem::path& run, bool ended);

/// In MLflow's words: FINISHED, FAILED, or KILLED, which a run was too whose process no longer is. `time` in
/// milliseconds since 1970.
struct RunEnd {
  std::string status;
  std::int64_t time = 0;
};
/// Of a run that nobody trains any more.
RunEnd end_of(const std::filesystem::path& run);
/// When its first process began; now, where it does not say.
std::int64_t start_of(const std::filesystem::path& run);

}  // namespace ganymede::track
