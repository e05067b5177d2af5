// The tables of metrics of many runs: a long one is in memory while it is used, a growing one is not read twice.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "ganymede/core/open_file.h"
#include "ganymede/train/metrics_table.h"

namespace ganymede::serve {

using TablePtr = std::shared_ptr<const train::MetricsData>;

/// Keeps what was used last, up to a number of bytes.
class TableMemory {
 public:
  explicit TableMemory(std::uint64_t bytes) : bytes_(bytes) {}
  /// `owner` uses `table` now, in the place of any earlier one of its own.
  void use(const void* owner, TablePtr table);
  void forget(const void* owner);
  std::uint64_t used() const;

 private:
  const std::uint64_t bytes_;
  mutable std::mutex mutex_;
  std::uint64_t used_ = 0;
  std::list<std::pair<const void*, TablePtr>> tables_;  ///< the most recently used first
};

/// One run's table.
class RunTable {
 public:
  RunTable(std::filesystem::path folder, std::shared_ptr<TableMemory> memory);
  ~RunTable();

  /// What the file holds now. What was read before, and is in memory, is not read again where the file only grew.
  /// Throws Error where there is no such file or it is damaged.
  TablePtr read();

 private:
  /// The table with the rows that came since; null where the file is another one.
  TablePtr read_on(const OpenFile& file, const std::string& where, TablePtr table);

  const std::filesystem::path folder_;
  const std::shared_ptr<TableMemory> memory_;
  std::mutex mutex_;
  std::weak_ptr<const train::MetricsData> known_;
  std::uint64_t device_ = 0, inode_ = 0, bytes_ = 0;  ///< of the file, whose first `bytes_` are known
  std::string end_;                                   ///< the last of those bytes
};

/// What there is to say of a table without its rows.
struct TableSummary {
  std::size_t rows = 0;
  std::map<std::string, double> last;  ///< of each column, its last number; NaN where there is none
  train::MetricsData thinned;          ///< to kThinned rows; a shorter table as it is
};
constexpr std::size_t kThinned = 1024;

TableSummary summary_of(const train::MetricsData& table);

}  // namespace ganymede::serve
