// What keeps a folder of files in order beside core/files.h: leftovers of killed writers, what must be on the disk now.
#pragma once

#include "ganymede/core/files.h"

namespace ganymede {

/// As read_file(), of a file that is open already; `path` is for messages.
Bytes read_descriptor(int descriptor, const std::filesystem::path& path, std::uint64_t limit, std::uint64_t first = 0);

/// Forces what was written to a file onto the disk. A file that is not there is none of its business.
void sync_file(const std::filesystem::path& path);

/// Removes what writers that were killed left beside their files in `folder` and in the folders below it. What a living
/// process is writing stays.
void remove_leftovers(const std::filesystem::path& folder);
/// Removes the files that this process is writing; for a signal handler that ends it.
void remove_pending_files() noexcept;

}  // namespace ganymede
