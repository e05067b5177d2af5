// Files and folders that desktops, NAS boxes, version control and notebooks keep beside a user's own. None is ever a
// image or a class.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ganymede::data {

/// Whether that is the name of one: hidden (a dot first), or in the list of phantoms.cpp, in any case of letters.
bool is_phantom(std::string_view name);

/// Whether any part of a path with '/' is one.
bool has_phantom(std::string_view path);

/// How much of what would be taken elsewhere lies in phantoms: nothing is left out unsaid. One thread at a time.
class PassedOver {
 public:
  /// `counts`: whether a file of that name would be taken.
  explicit PassedOver(std::function<bool(const std::string& name)> counts) : counts_(std::move(counts)) {}
  /// A phantom below a folder: a file, or a folder with all that lies in it (links are not followed).
  void on_disk(const std::filesystem::path& phantom);
  /// A file of an archive, some part of whose name is a phantom's.
  void in_archive(const std::string& name);
  void forget() { files_.clear(); }
  /// Files by what hides them: "@eaDir", ".git", "._*" for what macOS writes beside a file, ".*", "*@SynoEAStream".
  const std::map<std::string, std::size_t>& files() const { return files_; }

 private:
  std::function<bool(const std::string& name)> counts_;
  std::map<std::string, std::size_t> files_;
};

}  // namespace ganymede::data
