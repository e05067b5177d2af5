// Which files of a folder or an archive are images, and what becomes of the rest: nothing is left out unsaid.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "ganymede/data/archive.h"

namespace ganymede::data {

/// True for the endings of the formats that are read: .png, .jpg, .jpeg, .jpe, .jfif, .webp, .gif, .bmp, .tif, .avif,
/// .heic, .jxl, ... A file with one of them counts as an image whatever it holds: where it is none it is a bad one.
bool is_image_name(const std::string& name);

/// Tells images by their endings, other files by their first bytes, and counts what it turns away. One thread at a
/// time.
class Sieve {
 public:
  bool takes(const std::string& name, const Head& head);
  void forget() { *this = {}; }
  /// A line for images of formats that are not read and one for files that are no images, each with its count and
  /// endings; and one for files among these that may hold labels.
  std::vector<std::string> notes() const;
  /// The same as numbers, by ending, ".txt" or "".
  const std::map<std::string, std::size_t>& turned_away() const { return turned_away_; }

 private:
  std::map<std::string, std::size_t> turned_away_;
  std::size_t like_labels_ = 0;
  std::string first_like_labels_;  ///< by name
};

}  // namespace ganymede::data
