#include "ganymede/train/metrics_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;
constexpr std::size_t kMaxColumns = 1000;
const std::vector<std::string> kFixed{"step", "epoch", "images", "seconds"};

std::string header_line(const std::vector<std::string>& columns) {
  std::vector<std::string> all = kFixed;
  all.insert(all.end(), columns.begin(), columns.end());
  return fmt::format("{}\n", fmt::join(all, ","));
}

std::vector<std::string> checked(std::vector<std::string> columns, const fs::path& path) {
  std::set<std::string> known(kFixed.begin(), kFixed.end());
  for (const auto& name : columns) {
    const bool plain = !name.empty() && name.find_first_of(",\"\r\n ") == std::string::npos;
    if (!plain) throw Error(fmt::format("'{}' cannot name a column", name), path.string());
    if (!known.insert(name).second) throw Error(fmt::format("column '{}' named twice", name), path.string());
  }
  return columns;
}

/// Where the rows up to `step` end that begin at `begin`; rows behind them may be damaged or cut short.
size_t end_of_rows(std::string_view text, size_t begin, std::uint64_t step) {
  size_t keep = begin;
  for (size_t end = 0; (end = text.find('\n', keep)) != std::string_view::npos; keep = end + 1) {
    std::uint64_t row_step = 0;
    const auto parsed = std::from_chars(text.data() + keep, text.data() + end, row_step);
    if (parsed.ec != std::errc() || *parsed.ptr != ',' || row_step > step) break;
  }
  return keep;
}

/// How many bytes of an existing table stay: its header and the rows up to `step`.
std::uint64_t bytes_to_keep(const fs::path& path, const std::string& header, std::uint64_t step) {
  if (!fs::exists(path)) return 0;
  const Bytes bytes = read_file(path, kMaxBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;  // killed while it wrote the header
  if (text.substr(0, end + 1) != header) {
    throw Error("the table to go on with has other columns", path.string(),
                "resume with the settings the run began with, or choose another --output");
  }
  return end_of_rows(text, end + 1, step);
}

/// The cells of a line, without the quotes and line ends that spreadsheets add.
std::vector<std::string_view> cells(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::vector<std::string_view> result;
  while (result.size() <= kMaxColumns) {
    const size_t comma = line.find(',');
    std::string_view cell = line.substr(0, comma);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    result.push_back(cell);
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
  return result;
}

template <class Where>
double number(std::string_view cell, const Where& where) {
  double value = std::numeric_limits<double>::quiet_NaN();
  if (cell.empty()) return value;
  const auto parsed = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool whole = parsed.ptr == cell.data() + cell.size();
  if (!whole || (parsed.ec != std::errc() && parsed.ec != std::errc::result_out_of_range)) {
    throw Error(fmt::format("'{}' is not a number", cell.substr(0, 40)), where(), "fix or remove that line");
  }
  return value;
}

}  // namespace

MetricsTable::MetricsTable(const fs::path& path, std::vector<std::string> columns,
                           std::optional<std::uint64_t> keep_until_step)
    : columns_(checked(std::move(columns), path)),
      file_(path, keep_until_step ? bytes_to_keep(path, header_line(columns_), *keep_until_step) : 0) {
  if (file_.size() == 0) file_.append(header_line(columns_));
}

void MetricsTable::append(const MetricsRow& row) {
  std::string line = fmt::format("{},{},{},{}", row.step, row.epoch, row.images, row.seconds);
  size_t used = 0;
  for (const auto& column : columns_) {
    line += ',';
    const auto found = row.values.find(column);
    if (found == row.values.end()) continue;
    line += fmt::format("{}", found->second);
    ++used;
  }
  if (used != row.values.size()) {
    for (const auto& [name, value] : row.values) {
      const bool known = std::find(columns_.begin(), columns_.end(), name) != columns_.end();
      if (!known) throw Error(fmt::format("no column '{}'", name), "the table of metrics", suggest(name, columns_));
    }
  }
  file_.append(line + '\n');
}

const std::vector<double>* MetricsData::find(std::string_view column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  return found == columns.end() ? nullptr : &values[static_cast<size_t>(found - columns.begin())];
}

MetricsData parse_metrics(std::string_view text, const std::string& where) {
  MetricsData data;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) throw Error("the table of metrics has no header line yet", where);
  const std::vector<std::string_view> row = cells(text.substr(0, end));
  if (row.front() != kFixed.front() || row.size() > kMaxColumns) {
    throw Error("not a table of metrics: its first column must be 'step'", where + " line 1", "name a run folder");
  }
  data.columns.assign(row.begin(), row.end());
  data.values.resize(row.size());
  append_metrics(data, text.substr(end + 1), where);
  return data;
}

void append_metrics(MetricsData& data, std::string_view text, const std::string& where) {
  for (size_t end = 0, line = data.rows() + 2; (end = text.find('\n')) != std::string_view::npos;
       text.remove_prefix(end + 1), ++line) {
    const std::vector<std::string_view> row = cells(text.substr(0, end));
    const auto here = [&] { return fmt::format("{} line {}", where, line); };
    if (row.size() == 1 && row.front().empty()) continue;
    if (row.size() != data.columns.size()) {
      throw Error(fmt::format("{} where the header has {}", counted(row.size(), "cell"), data.columns.size()), here(),
                  "fix or remove that line");
    }
    for (size_t i = 0; i < row.size(); ++i) data.values[i].push_back(number(row[i], here));
  }
}

MetricsData read_metrics(const fs::path& path) {
  const Bytes bytes = read_file(path, kMaxBytes);
  return parse_metrics({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

MetricsData read_metrics_until(const fs::path& path, std::uint64_t step) {
  const Bytes bytes = read_file(path, kMaxBytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t header = text.find('\n');
  if (header == std::string_view::npos) return {};
  return parse_metrics(text.substr(0, end_of_rows(text, header + 1, step)), path.string());
}

}  // namespace ganymede::train
