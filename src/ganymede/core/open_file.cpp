#include "ganymede/core/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "ganymede/core/error.h"
#include "ganymede/core/upkeep.h"

namespace ganymede {
namespace {

namespace fs = std::filesystem;

bool climbs(const fs::path& name) {
  if (name.empty() || name.is_absolute()) return true;
  for (const auto& part : name) {
    if (part == ".." || part == "." || part.empty()) return true;
  }
  return false;
}

/// The folder that holds `name` below `folder`, reached without following a link; -1 where there is none.
int open_parent(const fs::path& folder, const fs::path& name) {
  int parent = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (const auto& part : name.parent_path()) {
    if (parent < 0) return -1;
    const int next = ::openat(parent, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    ::close(parent);
    parent = next;
  }
  return parent;
}

}  // namespace

OpenFile::OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int OpenFile::release() {
  return std::exchange(descriptor_, -1);
}

std::optional<OpenFile> open_below(const fs::path& folder, const fs::path& name) {
  if (climbs(name)) return std::nullopt;
  const int parent = open_parent(folder, name);
  if (parent < 0) return std::nullopt;
  const int file = ::openat(parent, name.filename().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  ::close(parent);
  if (file < 0) return std::nullopt;
  struct stat status{};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file);
    return std::nullopt;
  }
  return OpenFile(file, static_cast<std::uint64_t>(status.st_size));
}

Bytes read_below(const fs::path& folder, const fs::path& name, std::uint64_t limit) {
  const std::string where = (folder / name).string();
  const auto file = open_below(folder, name);
  if (!file) throw Error("there is no regular file, or it cannot be read", where);
  return read_descriptor(file->descriptor(), where, limit);
}

Bytes read_from(const OpenFile& file, const fs::path& path, std::uint64_t first, std::uint64_t limit) {
  return read_descriptor(file.descriptor(), path, limit, first);
}

bool is_plain_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(fs::symlink_status(path, ignored));
}

bool is_plain_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(fs::symlink_status(path, ignored));
}

}  // namespace ganymede
