#include "ganymede/serve/data_folder.h"

#include <algorithm>

#include "ganymede/core/open_file.h"
#include "ganymede/core/text.h"

namespace ganymede::serve {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostNames = 200;

}  // namespace

DataFolder::DataFolder(fs::path folder) : folder_(folder.empty() ? folder : fs::absolute(folder)) {}

std::vector<std::string> DataFolder::names() const {
  std::vector<std::string> out;
  std::error_code gone;
  if (folder_.empty()) return out;
  for (auto entry = fs::directory_iterator(folder_, gone);
       !gone && entry != fs::directory_iterator() && out.size() < kMostNames; entry.increment(gone)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') || !is_utf8(name)) continue;
    if (is_plain_folder(entry->path()) || is_plain_file(entry->path())) out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<fs::path> DataFolder::path_of(const std::string& name) const {
  const auto all = names();
  if (std::find(all.begin(), all.end(), name) == all.end()) return std::nullopt;
  return folder_ / name;
}

}  // namespace ganymede::serve
