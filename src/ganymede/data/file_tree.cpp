#include "ganymede/data/file_tree.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/hash.h"
#include "ganymede/image/decode.h"

namespace ganymede::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 20'000'000;
// Links may lead to one folder in very many ways.
constexpr std::size_t kMaxFolders = 2'000'000, kMaxDepth = 200;

std::vector<fs::path> archives_in(const fs::path& folder, const std::string& stem) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_regular_file() && !is_phantom(name) && is_archive_name(name) && name.rfind(stem, 0) == 0) {
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

/// A file's first bytes; none where it cannot be read, which reading it will say.
Bytes head_of(const fs::path& path) {
  Bytes head(image::kHeadBytes);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return head;
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// Size and time of change: unlike stamp_of(), the same where rights change or hard links are made.
std::string change_of(const fs::path& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return "none\n";
  return fmt::format("{} {}\n", found.st_size, nanoseconds(found.st_mtim));
}

MemberFilter by_name(Wanted wanted) {
  return [wanted = std::move(wanted)](const std::string& name, const Head&) { return wanted(name); };
}

}  // namespace

FileTree::FileTree(const fs::path& path, Wanted wanted, const std::string& archive_stem, const std::string& dataset)
    : FileTree(path, by_name(std::move(wanted)), archive_stem, dataset) {}

FileTree::FileTree(const fs::path& path, MemberFilter wanted, const std::string& archive_stem,
                   const std::string& dataset, std::shared_ptr<PassedOver> phantoms)
    : root_(path), wanted_(std::move(wanted)), phantoms_(std::move(phantoms)) {
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
  std::vector<FolderId> above;
  std::size_t seen = 0;
  list(path, "", above, seen);
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
  if (phantoms_) phantoms_->forget();  // those beside the archive
  root_ = archives.front();
  archived_ = true;
}

std::string FileTree::where(const std::string& name) const {
  return archived_ ? fmt::format("{}:{}", root_.string(), name) : (root_ / name).string();
}

void FileTree::list(const fs::path& folder, const std::string& prefix, std::vector<FolderId>& above,
                    std::size_t& seen) {
  std::error_code error;
  struct stat found{};
  if (::stat(folder.c_str(), &found) != 0) return;
  const FolderId id{found.st_dev, found.st_ino};
  if (std::find(above.begin(), above.end(), id) != above.end()) return;
  if (above.size() > kMaxDepth)
    throw Error(fmt::format("folders lie more than {} deep within each other", kMaxDepth), folder.string());
  if (++seen > kMaxFolders) throw Error(fmt::format("more than {} folders", kMaxFolders), folder.string());
  above.push_back(id);
  fs::directory_iterator entries(folder, error);
  if (error)
    throw Error(fmt::format("cannot read the folder: {}", error.message()), folder.string(), "check its rights");
  for (const auto& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (is_phantom(name)) {
      if (phantoms_) phantoms_->on_disk(entry.path());
    } else if (entry.is_directory(error)) {
      list(entry.path(), prefix + name + "/", above, seen);
    } else if (entry.is_regular_file(error)) {
      Bytes head;
      const auto first_bytes = [&] {
        head = head_of(entry.path());
        return std::span<const std::uint8_t>(head);
      };
      if (wanted_(prefix + name, first_bytes)) names_.push_back(prefix + name);
      if (names_.size() > kMaxFiles) throw Error("more than " + counted(kMaxFiles, "file"), folder.string());
    } else if (entry.is_symlink(error) && !fs::exists(entry.path(), error)) {
      ++lost_links_;
    } else if (wanted_(prefix + name, [] { return std::span<const std::uint8_t>(); })) {
      ++no_files_;
    }
  }
  above.pop_back();
}

void FileTree::read(const Wanted& also, const Take& take, const ArchiveLimits& limits) const {
  if (archived_) {
    walk_archive(root_, wanted(also), take, limits);
    return;
  }
  for (const auto& name : names_) {
    if (also(name) && !take(name, read_file(root_ / name, limits.member))) break;
  }
}

MemberFilter FileTree::wanted(Wanted also) const {
  return [also = std::move(also), wanted = wanted_, phantoms = phantoms_](const std::string& name, const Head& head) {
    if (has_phantom(name)) {
      if (phantoms) phantoms->in_archive(name);
      return false;
    }
    return also(name) && wanted(name, head);
  };
}

std::string stamp_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return "none\n";
  return fmt::format("{} {} {}\n", found.st_size, nanoseconds(found.st_mtim), nanoseconds(found.st_ctim));
}

std::string FileTree::stamp(const std::string& name) const {
  return stamp_of(archived_ ? root_.string() : root_.string() + "/" + name);  // a path would be taken apart
}

std::string FileTree::fingerprint() const {
  std::error_code error;
  std::string text = fs::absolute(root_, error).lexically_normal().string() + "\n";
  if (archived_) return text + change_of(root_);
  Digest digest;
  for (const auto& name : names_) {
    const std::string line = name + "\n" + change_of(root_ / name);
    digest.update({reinterpret_cast<const std::uint8_t*>(line.data()), line.size()});
  }
  return text + digest.hex();
}

std::string base_name(const std::string& name) {
  return name.substr(name.rfind('/') + 1);
}

}  // namespace ganymede::data
