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

/// What packed bytes may become: so many times as many, or in any case as much as every machine has. Images and their
/// tables stay far below; a small file that becomes gigabytes is refused.
inline constexpr std::uint64_t kMaxUnpacked = 100, kAlwaysUnpacked = std::uint64_t{256} << 20;

/// What an archive may hold at most; beyond it, and beyond what its size may become, reading stops with an Error.
struct ArchiveLimits {
  std::uint64_t member = std::uint64_t{4} << 30;  ///< bytes of one member, unpacked
  std::uint64_t total = std::uint64_t{64} << 30;  ///< bytes of all members that are read, unpacked
  std::uint64_t members = 20'000'000;             ///< members walked over, read or not
};

/// Decides by a member's name whether it is to be read.
using Wanted = std::function<bool(const std::string& name)>;
/// Gives the first bytes of a file, as many as tell what it is (image::kHeadBytes) or all.
using Head = std::function<std::span<const std::uint8_t>()>;
/// Decides by name and, where it asks for them, by the first bytes.
using MemberFilter = std::function<bool(const std::string& name, const Head& head)>;
/// Takes a member's content; returns false to end the walk.
using Take = std::function<bool(const std::string& name, Bytes bytes)>;

/// Where a member's bytes lie in the file, as they are.
struct Extent {
  std::uint64_t offset = 0, bytes = 0;
};
/// Takes, instead of their content, the places of those members that a plain tar holds as they are: neither packed, nor
/// sparse, nor in a zip. Nothing of them is read. An extent never reaches beyond the file's end.
struct Places {
  Wanted of;  ///< which of the wanted members
  std::function<bool(const std::string& name, const Extent& extent)> take;
};

/// Told of a member of a zip that cannot be read, and why, where others can.
using OnFault = std::function<void(const std::string& name, const std::string& fault)>;

/// True when the file's name ends like that of an archive we read: .tar, .tar.gz, .tgz, .tar.xz, .zip, ...
bool is_archive_name(const std::filesystem::path& path);
/// The same without .zip.
bool is_tar_name(const std::filesystem::path& path);

/// What a walk passed over though it was wanted.
struct Unread {
  std::size_t lost_links = 0;  ///< that lead to nothing in the archive
  std::size_t no_files = 0;    ///< pipes, devices
  std::size_t again = 0;       ///< links whose name a later member has
};

/// Walks the files of an archive in its own order, then its links: hard and symbolic ones, to files and to folders,
/// give the content of what they lead to within the archive. Names are the bytes that the archive holds, whatever the
/// locale, with '/' between their parts and neither "." nor ".." among them.
/// A name may come several times: the last is meant, so what was taken under it before is to be forgotten.
/// Throws Error for a damaged or encrypted archive and for one above the limits, naming the member; where only a
/// member is, `on_fault` is told instead if there is one.
Unread walk_archive(const std::filesystem::path& path, const MemberFilter& wanted, const Take& take,
                    const ArchiveLimits& limits = {}, const Places* places = nullptr, const OnFault& on_fault = {});
Unread walk_archive(const std::filesystem::path& path, const Wanted& wanted, const Take& take,
                    const ArchiveLimits& limits = {});
/// The same for a tar that lies within a tar: `part` of the file at `path`, called `where` in errors.
Unread walk_archive_part(const std::filesystem::path& path, const Extent& part, const std::string& where,
                         const MemberFilter& wanted, const Take& take, const ArchiveLimits& limits,
                         const Places* places);

/// The bytes of an extent. Throws Error where the file no longer reaches so far.
Bytes read_extent(const std::filesystem::path& path, const Extent& extent);

/// Unpacks one gzip-, xz-, zstd- or bzip2-compressed file; other content comes back as it is. `where` names it in
/// errors. Throws Error beyond `limit` and beyond what its size may become.
Bytes decompress(std::span<const std::uint8_t> bytes, const std::string& where, std::uint64_t limit);

}  // namespace ganymede::data
