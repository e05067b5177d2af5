#include "ganymede/data/exclude.h"

#include <fmt/format.h>

#include <string_view>
#include <unordered_set>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"

namespace ganymede::data {
namespace {

constexpr std::uint64_t kLargestList = std::uint64_t{1} << 30;
constexpr std::string_view kSet = "@set ";

}  // namespace

std::string exclude_list(const std::string& about, const std::string& set, const std::vector<std::string>& keys) {
  std::string text = "# " + about + "\n";
  if (!set.empty()) text += fmt::format("# the lines are numbers in the set of this checksum\n{}{}\n", kSet, set);
  for (const auto& key : keys) text += key + "\n";
  return text;
}

std::vector<bool> left_out_by(const std::filesystem::path& path, std::size_t count,
                              const std::function<std::string(std::size_t)>& key, const std::string& set,
                              std::vector<std::string>& notes) {
  const Bytes bytes = read_file(path, kLargestList);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::unordered_set<std::string_view> listed;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    if (!line.starts_with(kSet)) {
      listed.insert(line);
    } else if (!set.empty() && line.substr(kSet.size()) != set) {
      throw UsageError("the list was made for other data or other splits", path.string(),
                       "make it again with `ganymede data dedup` and the splits of [data]");
    }
  }
  std::vector<bool> left_out(count);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; ++i) {
    left_out[i] = listed.contains(key(i));
    found += left_out[i] ? 1 : 0;
  }
  std::string note =
      fmt::format("{} left out by {}", counted(found, "image is", "images are"), path.filename().string());
  if (found < listed.size())
    note += fmt::format(", which names {} not here", counted(listed.size() - found, "more that is", "more that are"));
  notes.push_back(note);
  return left_out;
}

}  // namespace ganymede::data
