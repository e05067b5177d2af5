// A run folder as the studio shows it, also while a training writes into it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ganymede/serve/catalogue_answers.h"
#include "ganymede/serve/file_stamp.h"
#include "ganymede/serve/kept.h"
#include "ganymede/serve/run_table.h"
#include "ganymede/train/health.h"
#include "ganymede/train/run_state.h"

namespace ganymede::serve {

/// What was on the disk at one moment. Never changed once made.
struct RunSnapshot {
  bool running = false;                         ///< a process holds the folder
  bool checkpoint = false;                      ///< there is one to go on from
  std::optional<train::Finding> health;         ///< what is wrong with how it trains
  std::optional<train::RunState> state;         ///< what the run says of itself; runs of earlier versions say nothing
  std::shared_ptr<const TableSummary> table;    ///< of its metrics; null before the first logged step
  std::vector<std::string> samples;             ///< "step-000500.png", oldest first
  std::vector<std::string> images;              ///< those of the folder's other images that are there: "real.png"
  std::string recipe;                           ///< the text of recipe.toml
  std::map<std::string, std::string> settings;  ///< of it, by keys
  Kept kept;                                    ///< what a person added
  nlohmann::json environment;
  RunOverview overview;  ///< the run's row in a table

  std::size_t rows() const { return table ? table->rows : 0; }
  /// The last value of a column; NaN where there is none.
  double last(const std::string& column) const;
};

class Run {
 public:
  /// `memory` is shared by all whose tables it is for.
  Run(std::string id, std::filesystem::path folder,
      std::shared_ptr<TableMemory> memory = std::make_shared<TableMemory>(0));
  const std::string& id() const { return id_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// Looks at the folder again; reads only files that changed. Called by one thread. A damaged file is named in the log
  /// once and treated as absent.
  void refresh();
  /// The same object as long as nothing changed.
  std::shared_ptr<const RunSnapshot> snapshot() const;
  /// All its metrics, read again where they are not in memory: a snapshot's, or those since. Empty where there are
  /// none.
  TablePtr metrics() const;
  /// The file a name from a request means: a sample or one of those images, and nothing else. Throws Problem 404.
  std::filesystem::path image_file(const std::string& name) const;

 private:
  std::string id_;
  std::filesystem::path folder_;
  std::shared_ptr<RunTable> table_;
  std::optional<FileStamp> metrics_stamp_, recipe_stamp_, environment_stamp_, state_stamp_, health_stamp_, kept_stamp_;
  mutable std::mutex mutex_;
  std::shared_ptr<const RunSnapshot> snapshot_;
};

/// At most `most` rows from row `first` on.
MetricsAnswer metrics_answer(const train::MetricsData& metrics, std::size_t first, std::size_t most);
/// The JSON of all rows from there on, as text: a large table is no tree of values in between.
std::string metrics_text(const train::MetricsData& metrics, std::size_t first);
/// No text of that is longer.
std::uint64_t metrics_text_bytes(const train::MetricsData& metrics, std::size_t first);

}  // namespace ganymede::serve
