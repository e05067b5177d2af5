// Files in folders that others may write to: only regular ones below the folder are opened, and nothing is waited for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "ganymede/core/files.h"

namespace ganymede {

/// A file open for reading.
class OpenFile {
 public:
  OpenFile(OpenFile&& other) noexcept;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile();

  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }  ///< when it was opened
  /// Gives the descriptor away: its new owner closes it.
  int release();

 private:
  friend std::optional<OpenFile> open_below(const std::filesystem::path&, const std::filesystem::path&);
  OpenFile(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Opens the regular file at `name`, a relative path, below `folder`. Nothing where there is none: symbolic links below
/// the folder are not followed (the folder itself may be one), ".." is refused, and a pipe or a device is neither
/// waited for nor read.
std::optional<OpenFile> open_below(const std::filesystem::path& folder, const std::filesystem::path& name);

/// The whole content of that file. Throws Error where it cannot be opened or holds more than `limit` bytes.
Bytes read_below(const std::filesystem::path& folder, const std::filesystem::path& name, std::uint64_t limit);

/// What a file of that path holds from byte `first` on. Throws Error where it cannot be read or holds more than
/// `limit`.
Bytes read_from(const OpenFile& file, const std::filesystem::path& path, std::uint64_t first, std::uint64_t limit);

/// Whether `path` is a regular file or a folder itself, not a link to one.
bool is_plain_file(const std::filesystem::path& path);
bool is_plain_folder(const std::filesystem::path& path);

}  // namespace ganymede
