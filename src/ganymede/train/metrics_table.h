// metrics.csv: one row a logged step. Plain numbers, one header line, first columns step,epoch,images,seconds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::train {

constexpr const char* kMetricsFile = "metrics.csv";

struct MetricsRow {
  std::uint64_t step = 0;                ///< generator steps done
  double epoch = 0;                      ///< passes over the data, fractions included
  std::uint64_t images = 0;              ///< real images seen
  double seconds = 0;                    ///< of training, over all resumes
  std::map<std::string, double> values;  ///< by column; a column that is not here gets an empty cell
};

/// Writes the table, each row as one whole line in one write, so that a reader sees complete rows.
class MetricsTable {
 public:
  /// `columns` come after the four fixed ones. Without `keep_until_step` the file starts anew; with it (a resumed run)
  /// rows after that step and a last line cut short by a kill are dropped, and the rest stays byte for byte.
  /// Throws Error when a column's name is unfit or the file to go on with has other columns.
  MetricsTable(const std::filesystem::path& path, std::vector<std::string> columns,
               std::optional<std::uint64_t> keep_until_step = std::nullopt);

  /// Numbers in the shortest form that reads back as the same number. Throws Error for a value of an unknown column.
  void append(const MetricsRow& row);
  /// Forces the rows onto the disk: call before a checkpoint that counts on them.
  void sync() { file_.sync(); }

 private:
  std::vector<std::string> columns_;
  AppendFile file_;
};

/// A table in memory, by columns.
struct MetricsData {
  std::vector<std::string> columns;         ///< in the order of the file
  std::vector<std::vector<double>> values;  ///< per column; NaN where a cell is empty

  std::size_t rows() const { return values.empty() ? 0 : values.front().size(); }
  /// The values of a column, or null.
  const std::vector<double>* find(std::string_view column) const;
};

/// Reads a table, also one that is still being written: a last line without its end is left out.
/// Throws Error that names the file and the line.
MetricsData read_metrics(const std::filesystem::path& path);
/// The same of its text; `where` is for messages.
MetricsData parse_metrics(std::string_view text, const std::string& where);
/// Adds the whole lines of `rows`, which follow on those of `data`.
void append_metrics(MetricsData& data, std::string_view rows, const std::string& where);
/// The rows up to `step` alone, which a checkpoint of that step counts on: what is behind them may be damaged.
MetricsData read_metrics_until(const std::filesystem::path& path, std::uint64_t step);

}  // namespace ganymede::train
