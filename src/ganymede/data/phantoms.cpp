#include "ganymede/data/phantoms.h"

#include <algorithm>
#include <array>
#include <string>

#include "ganymede/core/text.h"

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

/// A folder that hides more than so many files is counted no further.
constexpr std::size_t kMostHidden = 1'000'000;

/// What stands for a phantom file in a list: what many of its kind have in common.
std::string kind_of(const std::string& name) {
  if (name.starts_with("._")) return "._*";
  if (name.starts_with('.')) return ".*";
  const auto end = name.find_last_of(":@");
  return end == std::string::npos || end == 0 ? name : "*" + name.substr(end);
}

}  // namespace

bool is_phantom(std::string_view name) {
  if (name.empty() || name[0] == '.') return true;
  const std::string lower = in_small_letters(name);
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

void PassedOver::on_disk(const std::filesystem::path& phantom) {
  namespace fs = std::filesystem;
  const std::string name = phantom.filename().string();
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(phantom, error))) {
    if (counts_(name)) ++files_[kind_of(name)];
    return;
  }
  std::size_t seen = 0, images = 0;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator entry(phantom, options, error), end; !error && entry != end;
       entry.increment(error)) {
    if (++seen > kMostHidden) break;
    if (counts_(entry->path().filename().string()) && entry->is_regular_file(error)) ++images;
  }
  if (images > 0) files_[name] += images;
}

void PassedOver::in_archive(const std::string& name) {
  if (!counts_(name)) return;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (is_phantom(part)) {
      ++files_[end == name.size() ? kind_of(part) : part];
      return;
    }
    begin = end + 1;
  }
}

}  // namespace ganymede::data
