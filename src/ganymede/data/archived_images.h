// Images in archives, one or many: those of a plain tar are read where they lie, others are held in memory
// compressed.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/data/archive.h"
#include "ganymede/data/image_store.h"

namespace ganymede::data {

/// Images are files of at most so many bytes.
constexpr std::uint64_t kLargestImage = std::uint64_t{256} << 20;
/// What cannot be read where it lies is held, together at most so much.
constexpr std::uint64_t kMaxHeld = std::uint64_t{8} << 30;

/// One of the archives.
struct ArchiveSource {
  std::filesystem::path path;
  std::optional<Extent> part{};  ///< a tar within the tar at `path`
  std::string name{};            ///< stands before its members' names where there are several; may be empty
  std::string prefix{};          ///< folder that its members are taken to lie in: ImageStore::inner()
  std::string where{};           ///< its name in errors; empty: the path
};

/// The wanted images, sorted by archive and name; where is_side_file() holds they are kept as side files instead.
/// `beside` are further side files, which lie in none of the archives. `turned_away` tells what `wanted` turned away,
/// once all was read. Throws Error where an archive is damaged, or where more than 8 GiB would have to be held.
std::shared_ptr<const ImageStore> archived_images(std::vector<ArchiveSource> sources, const std::filesystem::path& root,
                                                  const MemberFilter& wanted,
                                                  const std::function<std::vector<std::string>()>& turned_away,
                                                  std::vector<SideFile> beside = {});

/// What is said of links that lead to nothing and of what is no file.
std::vector<std::string> unread_notes(const Unread& unread);

}  // namespace ganymede::data
