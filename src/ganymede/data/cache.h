// Unpacked pixels kept on disk, so that the second start of a data set takes no unpacking.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ganymede/data/memory.h"

namespace ganymede::data {

/// What a source makes out of its files: the images and what it has to say about them.
struct Unpacked {
  Images images;
  std::vector<std::string> classes;
  std::vector<std::string> notes;
};

/// The files of the cache take at most so many bytes together; the ones used longest ago go first.
constexpr std::uint64_t kCacheLimit = std::uint64_t{16} << 30;
/// What takes less than this to unpack is not worth a file.
constexpr double kCacheFromSeconds = 0.5;

/// $XDG_CACHE_HOME/ganymede, else ~/.cache/ganymede; empty where there is neither.
std::filesystem::path cache_folder();

/// What `build` returned for `key` once before, or else returns now. A damaged cache file is built anew, and one that
/// cannot be written is no error. The key names everything the result depends on. The checksum is always filled in.
Unpacked cached(const std::string& key, const std::function<Unpacked()>& build,
                double from_seconds = kCacheFromSeconds);

/// Removes files of `folder` that end in `extension`, those used longest ago first, until the rest take `limit` bytes.
void trim_cache(const std::filesystem::path& folder, const std::string& extension, std::uint64_t limit);

}  // namespace ganymede::data
