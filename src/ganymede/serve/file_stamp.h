// Whether a file is still the one that was read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace ganymede::serve {

/// What changes when a file is written or replaced.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Of a regular file; nothing where there is none, or a link to one.
std::optional<FileStamp> stamp_of(const std::filesystem::path& file);

}  // namespace ganymede::serve
