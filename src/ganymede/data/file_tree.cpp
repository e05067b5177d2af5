#include "ganymede/data/file_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 20'000'000;

bool hidden(const std::string& part) {
  return part.empty() || part[0] == '.' || part == "__MACOSX";
}

bool hidden_anywhere(const std::string& name) {
  std::size_t begin = 0;
  while (begin <= name.size()) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (hidden(name.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

/// Lists files below `folder`, following links to folders but entering none twice.
void list(const fs::path& folder, const std::string& prefix, const Wanted& wanted, std::set<fs::path>& entered,
          std::vector<std::string>& names) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error || !entered.insert(real).second) return;
  fs::directory_iterator entries(folder, error);
  if (error)
    throw Error(fmt::format("cannot read the folder: {}", error.message()), folder.string(), "check its rights");
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (hidden(name)) continue;
    if (entry.is_directory(error)) {
      list(entry.path(), prefix + name + "/", wanted, entered, names);
    } else if (entry.is_regular_file(error) && wanted(prefix + name)) {
      names.push_back(prefix + name);
      if (names.size() > kMostFiles) throw Error(fmt::format("more than {} files", kMostFiles), folder.string());
    }
  }
}

std::vector<fs::path> archives_in(const fs::path& folder, const std::string& stem) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !hidden(name) && is_archive_name(name) && name.rfind(stem, 0) == 0) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string advice(const std::string& dataset) {
  if (dataset.empty()) return "check the path";
  return fmt::format("check the path, or run `ganymede data fetch {}`", dataset);
}

std::string stamp(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto time = fs::last_write_time(path, error).time_since_epoch().count();
  return fmt::format("{}\n{}\n", size, time);
}

}  // namespace

FileTree::FileTree(const fs::path& path, Wanted wanted, const std::string& archive_stem, const std::string& dataset)
    : root_(path), wanted_(std::move(wanted)) {
  if (path.empty()) throw UsageError("no folder of images was named", {}, "name it with --data or [data].path");
  std::error_code error;
  if (!fs::exists(path, error)) throw Error("no such file or folder", path.string(), advice(dataset));
  if (!fs::is_directory(path, error)) {
    if (!is_archive_name(path)) {
      throw Error("neither a folder nor an archive", path.string(),
                  "name a folder, or a .zip, .tar, .tar.gz or .tar.xz");
    }
    archived_ = true;
    return;
  }
  std::set<fs::path> entered;
  list(path, "", wanted_, entered, names_);
  std::sort(names_.begin(), names_.end());
  if (!names_.empty()) return;

  const auto archives = archives_in(path, archive_stem);
  if (archives.empty()) return;  // the source says what it misses
  if (archives.size() > 1 && archive_stem.empty()) {
    std::vector<std::string> listed;
    for (const auto& archive : archives) listed.push_back(archive.filename().string());
    throw UsageError(fmt::format("the folder holds several archives ({})", fmt::join(listed, ", ")), path.string(),
                     "name one of them");
  }
  root_ = archives.front();
  archived_ = true;
}

std::string FileTree::where(const std::string& name) const {
  return archived_ ? fmt::format("{}:{}", root_.string(), name) : (root_ / name).string();
}

void FileTree::read(const Wanted& also, const Take& take, const ArchiveLimits& limits) const {
  if (archived_) {
    const auto both = [&](const std::string& name) { return !hidden_anywhere(name) && wanted_(name) && also(name); };
    walk_archive(root_, both, take, limits);
    return;
  }
  for (const auto& name : names_) {
    if (also(name) && !take(name, read_file(root_ / name, limits.member))) return;
  }
}

std::string FileTree::fingerprint() const {
  std::error_code error;
  std::string text = fs::absolute(root_, error).lexically_normal().string() + "\n";
  if (archived_) return text + stamp(root_);
  Digest digest;
  for (const auto& name : names_) {
    const std::string line = name + "\n" + stamp(root_ / name);
    digest.update({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  }
  return text + digest.hex();
}

std::string base_name(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace ganymede::data
