// CelebA's lists: which attributes each image has, and which split it belongs to. In the official form (blanks
// between the words) or the comma-separated one that is in circulation too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ganymede::data {

/// The folder of the aligned images, and what names of its archives begin with.
inline constexpr const char* kCelebaImages = "img_align_celeba";

/// "000001" of "img_align_celeba/000001.jpg": what tells images apart, since some copies are PNG.
std::string celeba_stem(const std::string& name);

/// What list_attr_celeba says: bit i of an image is attribute i, at most 64 of them.
struct CelebaAttributes {
  std::vector<std::string> names;
  std::unordered_map<std::string, std::uint64_t> of;  ///< by the image's stem

  /// The bit of one attribute. Throws UsageError naming the nearest one, and `key` of [data].
  std::uint64_t mask(const std::string& name, const char* key) const;
};

struct CelebaLists {
  std::optional<CelebaAttributes> attributes;
  std::optional<std::unordered_map<std::string, int>> splits;  ///< 0 train, 1 val, 2 test, by the image's stem
};

/// Reads the lists that are asked for: beside or below `path`, or in the archive that it is, or beside that.
/// Throws Error for a list that is missing, cut short or damaged, naming its line.
CelebaLists read_celeba_lists(const std::filesystem::path& path, bool attributes, bool splits);

}  // namespace ganymede::data
