#include "ganymede/data/shards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/parquet.h"
#include "ganymede/data/phantoms.h"
#include "ganymede/data/sieve.h"
#include "ganymede/data/splits.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxShards = 100'000;

/// "{first..last}" in a text.
struct ShardRange {
  std::size_t begin = 0, end = 0;
  std::uint64_t first = 0, last = 0;
  std::size_t width = 0;
};

std::optional<std::uint64_t> number_in(const std::string& digits) {
  std::uint64_t number = 0;
  const auto [stopped, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || stopped != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<ShardRange> range_in(const std::string& text) {
  for (std::size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1)) {
    const std::size_t dots = text.find("..", open), close = text.find('}', open);
    if (close == std::string::npos || dots > close) continue;
    const std::string low = text.substr(open + 1, dots - open - 1), high = text.substr(dots + 2, close - dots - 2);
    const auto first = number_in(low), last = number_in(high);
    if (!first || !last) continue;
    if (*last < *first || *last - *first >= kMaxShards)
      throw UsageError(fmt::format("the range {} is none", text.substr(open, close + 1 - open)), text,
                       "write the lower number first: name-{000000..000012}.tar");
    return ShardRange{open, close + 1, *first, *last, low.starts_with('0') ? low.size() : 0};
  }
  return std::nullopt;
}

void expand(const std::string& text, std::vector<fs::path>& to) {
  const auto range = range_in(text);
  if (!range) {
    if (to.size() >= kMaxShards) throw UsageError("the ranges mean too many files", text, "name fewer");
    to.emplace_back(text);
    return;
  }
  for (std::uint64_t number = range->first; number <= range->last; ++number) {
    expand(text.substr(0, range->begin) + fmt::format("{:0{}}", number, range->width) + text.substr(range->end), to);
  }
}

/// A name with each run of digits as '#': what the shards of a set have in common.
std::string pattern_of(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) pattern += c;
    if (digit && !pattern.ends_with('#')) pattern += '#';
  }
  return pattern;
}

/// The split that a folder or a word of the name tells; empty where none does.
std::string split_of(const std::string& name) {
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find_first_of("/-_.", begin), name.size());
    const std::string word = name.substr(begin, end - begin);
    if (is_split_name(word)) return word;
    begin = end + 1;
  }
  return {};
}

bool is_shard_name(const fs::path& path) {
  return is_tar_name(path) || is_parquet_name(path);
}

/// All shards below a folder, relative to it, sorted; none where images lie there or other archives.
std::vector<std::string> shards_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end && !error; entry.increment(error)) {
    const std::string base = entry->path().filename().string();
    if (is_phantom(base)) {
      if (entry->is_directory(error)) entry.disable_recursion_pending();
    } else if (entry->is_regular_file(error)) {
      if (is_image_name(base) || (is_archive_name(base) && !is_tar_name(base))) return {};
      if (is_shard_name(base)) names.push_back(entry->path().lexically_relative(folder).string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<ArchiveSource> in_folder(const fs::path& folder, const std::vector<std::string>& names) {
  const auto tar = [](const std::string& name) { return is_tar_name(name); };
  if (std::any_of(names.begin(), names.end(), tar) && !std::all_of(names.begin(), names.end(), tar)) {
    throw UsageError("the folder holds both tar archives and Parquet files", folder.string(),
                     "name those that are meant");
  }
  std::map<std::string, std::string> split_of_set;
  for (const auto& name : names) split_of_set.emplace(pattern_of(name), split_of(name));
  std::set<std::string> splits;
  for (const auto& [pattern, split] : split_of_set) splits.insert(split);
  const bool parted = split_of_set.size() > 1;
  if (parted && (splits.contains("") || splits.size() < split_of_set.size())) {
    std::vector<std::string> patterns;
    for (const auto& [pattern, split] : split_of_set) patterns.push_back(printable(pattern));
    throw UsageError(fmt::format("the folder holds several sets of shards ({})", fmt::join(patterns, ", ")),
                     folder.string(), "name one of them: a folder, or a range such as name-{000000..000012}.tar");
  }
  std::vector<ArchiveSource> shards;
  for (const auto& name : names) {
    shards.push_back({.path = folder / name, .name = name, .prefix = parted ? split_of_set[pattern_of(name)] : ""});
  }
  return shards;
}

}  // namespace

std::vector<fs::path> range_of(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error) || !range_in(path.string())) return {};
  std::vector<fs::path> paths;
  expand(path.string(), paths);
  return paths;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return true;
  const auto range = range_of(path);
  return std::any_of(range.begin(), range.end(), [&](const auto& shard) { return fs::exists(shard, error); });
}

std::optional<std::vector<ArchiveSource>> shards_at(const fs::path& path) {
  std::error_code error;
  if (const auto range = range_of(path); !range.empty()) {
    std::vector<fs::path> missing;
    std::vector<ArchiveSource> shards;
    for (const auto& shard : range) {
      if (!fs::is_regular_file(shard, error)) missing.push_back(shard);
      shards.push_back({.path = shard, .name = shard.filename().string()});
    }
    if (!missing.empty()) {
      throw Error(fmt::format("{} of {} {} missing", grouped(missing.size()), counted(range.size(), "shard"),
                              missing.size() == 1 ? "is" : "are"),
                  missing.front().string(), "download what is missing, or name the range that is there");
    }
    return shards;
  }
  if (fs::is_regular_file(path, error) && is_shard_name(path)) return std::vector<ArchiveSource>{{.path = path}};
  if (!fs::is_directory(path, error)) return std::nullopt;
  const auto names = shards_in(path);
  if (names.empty()) return std::nullopt;
  if (names.size() == 1) return std::vector<ArchiveSource>{{.path = path / names[0]}};
  return in_folder(path, names);
}

}  // namespace ganymede::data
