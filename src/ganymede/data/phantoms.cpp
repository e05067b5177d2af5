#include "ganymede/data/phantoms.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace ganymede::data {
namespace {

// In small letters. What begins with a dot (.git, .DS_Store, ._cat.jpg, .AppleDouble, .ipynb_checkpoints, .Trash-1000,
// .@__thumb, .zfs, .snapshot, .thumbnails) needs no line.
constexpr std::array<std::string_view, 27> kPhantoms = {
    "__macosx",  // macOS, in its zips
    "icon\r",
    "network trash folder",
    "temporary items",
    "thevolumesettingsfolder",  // macOS, on shares
    "thumbs.db",
    "thumbs.db:encryptable",
    "ehthumbs.db",
    "ehthumbs_vista.db",  // Windows
    "desktop.ini",
    "$recycle.bin",
    "recycler",
    "recycled",
    "found.000",
    "system volume information",
    "lost+found",  // and ext4's
    "@eadir",
    "#recycle",
    "#snapshot",
    "@tmp",  // Synology
    "@sharesnap",
    "@recycle",
    "@recently-snapshot",
    "@__thumb",  // QNAP
    "~snapshot",
    "__pycache__",
    "zone.identifier",  // NetApp, Python, WSL
};
// Written beside a file, with its name in front.
constexpr std::array<std::string_view, 4> kEndings = {":zone.identifier", "@synoeastream", "@synoresource",
                                                      ":encryptable"};

}  // namespace

bool is_phantom(std::string_view name) {
  if (name.empty() || name[0] == '.') return true;
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::find(kPhantoms.begin(), kPhantoms.end(), lower) != kPhantoms.end() ||
         std::any_of(kEndings.begin(), kEndings.end(), [&](auto ending) { return lower.ends_with(ending); });
}

bool has_phantom(std::string_view path) {
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (is_phantom(path.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace ganymede::data
