// Archives (tar in any compression, zip) and compressed files, read as streams into memory. Nothing is unpacked to disk
// and every size is bounded, since an archive from outside may claim anything.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "ganymede/core/files.h"

namespace ganymede::data {

/// What an archive may hold at most; beyond it reading stops with an Error.
struct ArchiveLimits {
  std::uint64_t member = std::uint64_t{4} << 30;  ///< bytes of one member, unpacked
  std::uint64_t total = std::uint64_t{64} << 30;  ///< bytes of all members that are read, unpacked
  std::uint64_t members = 20'000'000;             ///< members walked over, read or not
};

/// Decides by a member's name whether it is to be read.
using Wanted = std::function<bool(const std::string& name)>;
/// Takes a member's content; returns false to end the walk.
using Take = std::function<bool(const std::string& name, Bytes bytes)>;

/// True when the file's name ends like that of an archive we read: .tar, .tar.gz, .tgz, .tar.xz, .zip, ...
bool is_archive_name(const std::filesystem::path& path);

/// Walks the regular files of an archive in its own order. Names use '/' and have no leading "./".
/// Throws Error for a damaged or encrypted archive and for one above the limits, naming the member.
void walk_archive(const std::filesystem::path& path, const Wanted& wanted, const Take& take,
                  const ArchiveLimits& limits = {});

/// Unpacks one gzip-, xz-, zstd- or bzip2-compressed file; other content comes back as it is. `where` names it in
/// errors.
Bytes decompress(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit);

}  // namespace ganymede::data
