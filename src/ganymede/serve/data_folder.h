// The folders and archives of images that a server's owner lets its users train on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ganymede::serve {

class DataFolder {
 public:
  /// No folder, no images.
  explicit DataFolder(std::filesystem::path folder = {});

  /// The names of what lies in it, hidden files and links aside, sorted.
  std::vector<std::string> names() const;
  /// Of one of them; nothing for any other name.
  std::optional<std::filesystem::path> path_of(const std::string& name) const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace ganymede::serve
