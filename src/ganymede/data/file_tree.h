// A plain folder and an archive read in one way, so that every source works on either.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ganymede/data/archive.h"

namespace ganymede::data {

/// The files a source cares about below a folder, or inside an archive. Hidden files and __MACOSX are left out.
class FileTree {
 public:
  /// `path` is an archive, or a folder. A folder without any wanted file stands for the archive that lies in it: the
  /// one whose name starts with `archive_stem`, or the only one where the stem is empty. Throws Error when `path` is
  /// missing (advising `ganymede data fetch <dataset>` when that is not empty), and UsageError when several archives
  /// could be meant.
  FileTree(const std::filesystem::path& path, Wanted wanted, const std::string& archive_stem,
           const std::string& dataset);

  bool archived() const { return archived_; }
  /// The folder, or the archive file itself.
  const std::filesystem::path& root() const { return root_; }
  /// How a file is named in errors: "folder/a/b.png" or "faces.zip:a/b.png".
  std::string where(const std::string& name) const;
  /// Relative names of the wanted files, sorted. For folders only: an archive has no list but by reading through it.
  const std::vector<std::string>& names() const { return names_; }
  /// Reads the wanted files for which `also` holds: a folder's sorted by name, an archive's in its own order.
  void read(const Wanted& also, const Take& take, const ArchiveLimits& limits = {}) const;
  /// A text that differs whenever the files do, judged by path, size and time of change.
  std::string fingerprint() const;

 private:
  std::filesystem::path root_;
  Wanted wanted_;
  std::vector<std::string> names_;
  bool archived_ = false;
};

/// The part of `name` after the last '/'.
std::string base_name(const std::string& name);

}  // namespace ganymede::data
