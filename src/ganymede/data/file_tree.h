// A plain folder and an archive read in one way, so that every source works on either.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/data/archive.h"
#include "ganymede/data/phantoms.h"

namespace ganymede::data {

/// The files a source cares about below a folder, or inside an archive. Phantoms (phantoms.h) are left out. Links are
/// followed, but not in circles.
class FileTree {
 public:
  /// `path` is an archive, or a folder. A folder without any wanted file stands for the archive that lies in it: the
  /// one whose name starts with `archive_stem`, or the only one where the stem is empty. Throws Error when `path` is
  /// missing (advising `ganymede data fetch <dataset>` when that is not empty), and UsageError when several archives
  /// could be meant.
  FileTree(const std::filesystem::path& path, Wanted wanted, const std::string& archive_stem,
           const std::string& dataset);
  /// As above, evaluated by content too; an archive's files are evaluated when they are read. `phantoms` counts what is
  /// passed over.
  FileTree(const std::filesystem::path& path, MemberFilter wanted, const std::string& archive_stem,
           const std::string& dataset, std::shared_ptr<PassedOver> phantoms = nullptr);

  bool archived() const { return archived_; }
  /// The folder, or the archive file itself.
  const std::filesystem::path& root() const { return root_; }
  /// How a file is named in errors: "folder/a/b.png" or "faces.zip:a/b.png".
  std::string where(const std::string& name) const;
  /// Relative names of the wanted files, sorted. For folders only: an archive has no list but by reading through it.
  const std::vector<std::string>& names() const { return names_; }
  /// The wanted files for which `also` holds.
  MemberFilter wanted(Wanted also) const;
  /// stamp_of() a file; an archive's own for all of its files.
  std::string stamp(const std::string& name) const;
  /// Links that lead to nothing, and what is neither a file nor a folder but called like a wanted file: a folder's.
  std::size_t lost_links() const { return lost_links_; }
  std::size_t no_files() const { return no_files_; }
  /// Reads the wanted files for which `also` holds: a folder's sorted by name, an archive's in its own order.
  void read(const Wanted& also, const Take& take, const ArchiveLimits& limits = {}) const;
  /// A text that differs whenever the files do, evaluated by path, size and time of change.
  std::string fingerprint() const;

 private:
  /// A folder, whatever path leads to it: its device and number there.
  using FolderId = std::pair<std::uint64_t, std::uint64_t>;
  /// Lists files below `folder`; `above` are the folders it lies in, links followed, and `seen` counts all.
  void list(const std::filesystem::path& folder, const std::string& prefix, std::vector<FolderId>& above,
            std::size_t& seen);

  std::filesystem::path root_;
  MemberFilter wanted_;
  std::shared_ptr<PassedOver> phantoms_;
  std::vector<std::string> names_;
  std::size_t lost_links_ = 0, no_files_ = 0;
  bool archived_ = false;
};

/// A text that differs once a file does, of its size and times: also of the one that no program can set back.
std::string stamp_of(const std::string& path);

/// The part of `name` after the last '/'.
std::string base_name(const std::string& name);

}  // namespace ganymede::data
