// Which column of a table names the images beside it.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "ganymede/data/image_store.h"

namespace ganymede::data {

inline constexpr std::size_t kNoImage = static_cast<std::size_t>(-1), kNoColumn = kNoImage;

/// Finds the images below a table's folder by what rows call them: the path from there, or the mere name where it is
/// of one image alone; each with the ending or without, and in another case of letters where one image alone is meant.
class ImagesByName {
 public:
  ImagesByName(const ImageStore& store, const std::string& folder);
  struct Found {
    std::size_t image = kNoImage;
    bool whole = false;       ///< by its name with the ending: a mere number may mean something else
    bool other_case = false;  ///< by letters of another case
  };
  /// kNoImage where there is none, or more than one.
  Found find(std::string name) const;

 private:
  std::unordered_map<std::string, std::size_t> paths_, names_, stems_, small_;
};

/// The column of that name, in any case of letters.
std::size_t column_named(const Table& table, const std::string& name);

struct FileColumn {
  std::size_t column = kNoColumn;
  bool of_values = false;  ///< no column names images but this one, which holds classes or conditions
};

/// The column whose values name the most images, each counted once: a class 0 is called like 0.png, in every row of
/// it. Where several name as many it is one that is not called like a class nor among `values`, the columns that were
/// asked for; then the one that names more with their endings, then one that is called like a column of files.
FileColumn column_of_files(const Table& table, const ImagesByName& images, const std::vector<std::string>& values);

}  // namespace ganymede::data
