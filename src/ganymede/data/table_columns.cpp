#include "ganymede/data/table_columns.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

#include "ganymede/core/text.h"
#include "ganymede/data/file_tree.h"
#include "ganymede/data/labels.h"

namespace ganymede::data {
namespace {

constexpr std::size_t kSeveral = kNoImage - 1;
/// A column that names so many images is the one, if no other names a tenth of them: the other rows need no look.
constexpr std::size_t kEnough = 500;

/// What columns of files are called: it tells which of two is one that name as many images.
const std::vector<std::string> kFileKeys = {"file_name", "filename", "file", "image_name", "image_id", "imageid",
                                            "image",     "img",      "path", "name",       "key",      "id"};

std::string without_ending(const std::string& name) {
  const std::size_t dot = name.rfind('.'), slash = name.rfind('/');
  return dot == std::string::npos || (slash != std::string::npos && dot < slash) ? name : name.substr(0, dot);
}

void add(std::unordered_map<std::string, std::size_t>& to, const std::string& name, std::size_t image) {
  const auto [found, fresh] = to.emplace(name, image);
  if (!fresh && found->second != image) found->second = kSeveral;
}

/// What the rows so far say of a column.
struct Candidate {
  bool of_values = false, of_files = false;  ///< as it is called
  std::size_t rows = 0;                      ///< that name an image
  std::unordered_set<std::size_t> images, whole;

  void see(const ImagesByName::Found& found) {
    if (found.image == kNoImage) return;
    ++rows;
    images.insert(found.image);
    if (found.whole) whole.insert(found.image);
  }
  /// Values that come again are no names of files where the column is called like a class: rows of one image are
  /// left out, and of a class's rows all but the first would be.
  bool fits() const { return !images.empty() && (!of_values || rows == images.size()); }
  auto rank() const { return std::tuple(fits(), images.size(), !of_values, whole.size(), of_files); }
};

bool settled(const std::vector<Candidate>& columns) {
  const auto best = std::max_element(columns.begin(), columns.end(),
                                     [](const auto& a, const auto& b) { return a.images.size() < b.images.size(); });
  if (best == columns.end() || best->images.size() < kEnough || best->of_values) return false;
  return std::all_of(columns.begin(), columns.end(), [&](const auto& other) {
    return &other == &*best || other.images.size() * 10 <= best->images.size();
  });
}

}  // namespace

ImagesByName::ImagesByName(const ImageStore& store, const std::string& folder) {
  for (std::size_t i = 0; i < store.count(); ++i) {
    const std::string name = store.inner(i);
    if (!name.starts_with(folder)) continue;
    const std::string path = name.substr(folder.size());
    paths_.emplace(path, i);
    add(names_, base_name(path), i);
    add(stems_, without_ending(path), i);
    add(stems_, base_name(without_ending(path)), i);
    for (const auto& called : {path, base_name(path), without_ending(path), base_name(without_ending(path))}) {
      add(small_, in_small_letters(called), i);
    }
  }
}

ImagesByName::Found ImagesByName::find(std::string name) const {
  std::replace(name.begin(), name.end(), '\\', '/');
  while (name.starts_with("./")) name.erase(0, 2);
  if (const auto found = paths_.find(name); found != paths_.end()) return {found->second, true};
  const std::string base = base_name(name);
  if (const auto found = names_.find(base); found != names_.end() && found->second != kSeveral) {
    return {found->second, true};
  }
  for (const auto& stem : {name, base}) {
    const auto found = stems_.find(stem);
    if (found != stems_.end() && found->second != kSeveral) return {found->second, false};
  }
  for (const auto& called : {in_small_letters(name), in_small_letters(base)}) {
    const auto found = small_.find(called);
    if (found != small_.end() && found->second != kSeveral) return {found->second, false, true};
  }
  return {};
}

std::size_t column_named(const Table& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const auto& column) { return equal_in_any_case(column, name); });
  return found == table.columns.end() ? kNoColumn : static_cast<std::size_t>(found - table.columns.begin());
}

FileColumn column_of_files(const Table& table, const ImagesByName& images, const std::vector<std::string>& values) {
  std::vector<Candidate> columns(table.columns.size());
  const auto mark = [&](const std::vector<std::string>& names, bool Candidate::* as) {
    for (const auto& name : names) {
      if (const std::size_t column = column_named(table, name); column != kNoColumn) columns[column].*as = true;
    }
  };
  mark(label_keys(), &Candidate::of_values);
  mark(values, &Candidate::of_values);
  mark(kFileKeys, &Candidate::of_files);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < columns.size(); ++column) {
      columns[column].see(images.find(table.rows[row][column]));
    }
    if (row % kEnough == kEnough - 1 && settled(columns)) break;
  }
  const auto best = std::max_element(columns.begin(), columns.end(),
                                     [](const auto& a, const auto& b) { return a.rank() < b.rank(); });
  if (best == columns.end() || best->images.empty()) return {};
  return {static_cast<std::size_t>(best - columns.begin()), !best->fits()};
}

}  // namespace ganymede::data
