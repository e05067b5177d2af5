// Files that appear whole or not at all, files read with a limit, and locks on folders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ganymede {

using Bytes = std::vector<std::uint8_t>;

/// Reads a whole file. Throws Error when it is missing, unreadable or larger than `limit` bytes.
Bytes read_file(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 34);

/// Writes `bytes` beside `path`, syncs, then renames: a reader sees the old file or the new one, never a part.
/// Creates missing parent folders. Throws Error (naming a full disk or a missing right) and leaves the old file.
void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);
void write_file(const std::filesystem::path& path, std::string_view text);
/// As write_file, but not yet on the disk when it returns: for many files that can be made again.
void write_file_unsynced(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

/// As write_file, for content that is produced in pieces. `produce` calls its argument for each piece, in order.
using PieceSink = std::function<void(std::span<const std::uint8_t>)>;
void write_file_in_pieces(const std::filesystem::path& path, const std::function<void(const PieceSink&)>& produce);

/// Appends one piece to a file that only grows (a log, a table); does not sync.
class AppendFile {
 public:
  /// Opens `path`, creating it; cuts it to `keep_bytes` first, so that a resumed run goes on where it was saved.
  AppendFile(std::filesystem::path path, std::uint64_t keep_bytes);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Writes all of it or throws Error.
  void append(std::string_view bytes);
  /// Forces what was appended onto the disk.
  void sync();
  std::uint64_t size() const { return size_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Whether a process holds the folder with a FolderLock.
bool is_locked(const std::filesystem::path& folder);

/// Holds a folder for this process alone, for as long as the object lives.
/// Throws Error within a moment when another process holds it (naming its process id).
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace ganymede
