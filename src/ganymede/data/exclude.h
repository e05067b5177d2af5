// Lists of images to leave out of a data set, as `ganymede data dedup` writes them and [data].exclude reads them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ganymede::data {

/// The text of a list: `about` as a comment, the checksum of the set that numbers refer to (where `set` is not empty),
/// and one key a line (see Dataset::key()).
std::string exclude_list(const std::string& about, const std::string& set, const std::vector<std::string>& keys);

/// Which of `count` images the list at `path` names, `key(i)` being what it calls image i. Where keys are numbers,
/// `set` is the checksum of the set that they count in, else it is empty. Adds a note on how many there were. Lines
/// that begin with '#' are comments. Throws Error for a file that cannot be read, and UsageError for numbers that were
/// made for another set.
std::vector<bool> left_out_by(const std::filesystem::path& path, std::size_t count,
                              const std::function<std::string(std::size_t)>& key, const std::string& set,
                              std::vector<std::string>& notes);

}  // namespace ganymede::data
