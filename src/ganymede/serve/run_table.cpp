#include "ganymede/serve/run_table.h"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "ganymede/core/error.h"
#include "ganymede/core/open_file.h"
#include "ganymede/serve/thinning.h"

namespace ganymede::serve {
namespace {

constexpr std::uint64_t kMaxMetrics = std::uint64_t{1} << 30;
constexpr std::size_t kEnd = 256;  // bytes that tell whether a file goes on, or begins anew

std::uint64_t bytes_of(const train::MetricsData& table) {
  return table.rows() * table.columns.size() * sizeof(double);
}

std::string end_of(std::string_view text) {
  return std::string(text.substr(text.size() - std::min(text.size(), kEnd)));
}

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void TableMemory::use(const void* owner, TablePtr table) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const auto& one) { return one.first == owner; });
  if (found != tables_.end()) {
    used_ -= bytes_of(*found->second);
    tables_.erase(found);
  }
  used_ += bytes_of(*table);
  tables_.emplace_front(owner, std::move(table));
  for (; used_ > bytes_ && tables_.size() > 1; tables_.pop_back()) used_ -= bytes_of(*tables_.back().second);
}

void TableMemory::forget(const void* owner) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(tables_.begin(), tables_.end(), [&](const auto& one) { return one.first == owner; });
  if (found == tables_.end()) return;
  used_ -= bytes_of(*found->second);
  tables_.erase(found);
}

std::uint64_t TableMemory::used() const {
  const std::lock_guard lock(mutex_);
  return used_;
}

RunTable::RunTable(std::filesystem::path folder, std::shared_ptr<TableMemory> memory)
    : folder_(std::move(folder)), memory_(std::move(memory)) {}

RunTable::~RunTable() {
  memory_->forget(this);
}

TablePtr RunTable::read() {
  const std::lock_guard lock(mutex_);
  const std::string where = (folder_ / train::kMetricsFile).string();
  const auto file = open_below(folder_, train::kMetricsFile);
  struct stat status{};
  if (!file || ::fstat(file->descriptor(), &status) != 0)
    throw Error("there is no regular file, or it cannot be read", where);
  TablePtr table = known_.lock();
  known_.reset();
  const bool same = status.st_dev == device_ && status.st_ino == inode_ && file->size() >= bytes_;
  table = table && same ? read_on(*file, where, std::move(table)) : nullptr;
  if (!table) {
    const Bytes bytes = read_from(*file, where, 0, kMaxMetrics);
    const std::string_view text = text_of(bytes);
    table = std::make_shared<const train::MetricsData>(train::parse_metrics(text, where));
    device_ = status.st_dev, inode_ = status.st_ino;
    bytes_ = text.rfind('\n') + 1;  // it has a header line
    end_ = end_of(text.substr(0, bytes_));
  }
  known_ = table;
  memory_->use(this, table);
  return table;
}

TablePtr RunTable::read_on(const OpenFile& file, const std::string& where, TablePtr table) {
  const Bytes bytes = read_from(file, where, bytes_ - end_.size(), kMaxMetrics);
  std::string_view text = text_of(bytes);
  if (!text.starts_with(end_)) return nullptr;
  text = text.substr(0, text.rfind('\n') + 1);
  const std::string_view rows = text.substr(end_.size());
  if (rows.empty()) return table;
  auto longer = std::make_shared<train::MetricsData>(*table);
  train::append_metrics(*longer, rows, where);
  bytes_ += rows.size();
  end_ = end_of(text);
  return longer;
}

TableSummary summary_of(const train::MetricsData& table) {
  TableSummary out{.rows = table.rows(), .last = {}, .thinned = {.columns = table.columns, .values = {}}};
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& values = table.values[i];
    const auto found = std::find_if(values.rbegin(), values.rend(), [](double value) { return !std::isnan(value); });
    out.last[table.columns[i]] = found == values.rend() ? NAN : *found;
    out.thinned.values.push_back(thinned(values, kThinned));
  }
  return out;
}

}  // namespace ganymede::serve
