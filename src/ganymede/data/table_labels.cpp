// Labels of tables: which rows are of which images.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/core/text.h"
#include "ganymede/data/conditions.h"
#include "ganymede/data/labels.h"
#include "ganymede/data/table_columns.h"
#include "ganymede/data/tables.h"

namespace ganymede::data {
namespace {

std::string folder_of(const std::string& name) {
  return name.substr(0, name.rfind('/') + 1);
}

/// A table, the images below its folder, and what its columns are.
struct Read {
  std::string name, folder;
  Table table;
  ImagesByName images;
  const OwnTable* own = nullptr;                      ///< that it is, where it is no file
  std::size_t files = kNoColumn, labels = kNoColumn;  ///< the columns
};

/// A table whose first row is about an image has no names of columns: they get numbers, from 1.
void behead(Table& table, std::size_t files, const ImagesByName& images) {
  if (images.find(table.columns[files]).image == kNoImage) return;
  table.rows.insert(table.rows.begin(), table.columns);
  for (std::size_t i = 0; i < table.columns.size(); ++i) table.columns[i] = std::to_string(i + 1);
}

/// The column that is the class: the one asked for, one that is called so, or the only other one where its values
/// repeat, which texts about single images do not.
std::size_t column_of_labels(const Table& table, std::size_t files, const std::string& key) {
  if (!key.empty()) return column_named(table, key);
  for (const auto& known : label_keys()) {
    if (const std::size_t column = column_named(table, known); column != kNoColumn && column != files) return column;
  }
  if (table.columns.size() != 2) return kNoColumn;
  const std::size_t other = 1 - files;
  std::map<std::string, std::size_t> values;
  for (const auto& row : table.rows) ++values[row[other]];
  return values.size() * 2 <= table.rows.size() ? other : kNoColumn;
}

/// Spreadsheets and pandas write 3 as "3.0" where a value is missing elsewhere.
std::string class_of(const std::string& cell) {
  const std::size_t begin = cell.find_first_not_of(" \t"), end = cell.find_last_not_of(" \t");
  if (begin == std::string::npos) return {};
  std::string value = cell.substr(begin, end + 1 - begin);
  const std::size_t digits =
      std::min(value.find_first_not_of("0123456789", value.starts_with('-') ? 1 : 0), value.size());
  if (digits > 0 && value.substr(digits) == ".0") value.resize(digits);
  return listed_name(value);
}

std::vector<Read> all_tables(const ImageStore& store) {
  std::vector<Read> tables;
  for (const auto& file : store.side_files().files) {
    if (!is_table_name(file.name)) continue;
    const std::string folder = folder_of(file.name);
    tables.push_back({listed_name(file.name), folder,
                      read_table(file.bytes, file.name, store.root() + "/" + printable(file.name)),
                      ImagesByName(store, folder)});
  }
  for (const auto& own : store.side_files().tables) {
    tables.push_back({listed_name(own.name), own.folder, own.table, ImagesByName(store, own.folder), &own});
  }
  return tables;
}

/// The columns of 0 and 1 of which each row has one 1: classes that have a column each.
std::vector<std::string> one_hot(const Table& table, std::size_t files) {
  const auto is = [](const std::string& cell, int value) { return condition_value(cell) == value; };
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    const auto marks = [&](const auto& row) { return is(row[column], 0) || is(row[column], 1); };
    if (column != files && std::all_of(table.rows.begin(), table.rows.end(), marks)) columns.push_back(column);
  }
  const auto one = [&](const auto& row) {
    return std::count_if(columns.begin(), columns.end(), [&](std::size_t column) { return is(row[column], 1); }) == 1;
  };
  std::vector<std::string> names;
  if (columns.size() < 2 || !std::all_of(table.rows.begin(), table.rows.end(), one)) return names;
  for (const std::size_t column : columns) names.push_back(printable(table.columns[column]));
  return names;
}

/// Why a table whose column of files is known tells no class.
std::string no_class(const Read& read, const std::string& key) {
  if (const auto classes = one_hot(read.table, read.files); key.empty() && !classes.empty()) {
    return fmt::format(
        "left out: {}: of its columns {} each row marks one; classes are read from one column that names "
        "them, and conditions = [\"{}\"] in [data] takes these as they are",
        read.name, fmt::join(classes, ", "), fmt::join(classes, "\", \""));
  }
  std::vector<std::string> others;
  for (std::size_t i = 0; i < read.table.columns.size(); ++i) {
    if (i != read.files) others.push_back(printable(read.table.columns[i]));
  }
  const std::string called =
      key.empty() ? "called like a class; label = \"...\" names one" : fmt::format("called '{}'", printable(key));
  return fmt::format("left out: {}: beside '{}', which names the images, none of its columns ({}) is {}", read.name,
                     printable(read.table.columns[read.files]), fmt::join(others, ", "), called);
}

/// The tables that tell classes; notes say of the others why they do not.
std::vector<Read> read_tables(const ImageStore& store, const std::string& key, const std::vector<std::string>& values,
                              std::vector<std::string>& notes) {
  std::vector<Read> tables;
  for (Read& read : all_tables(store)) {
    const auto [files, of_values] = column_of_files(read.table, read.images, values);
    if (files == kNoColumn || of_values) {
      notes.push_back(files == kNoColumn
                          ? fmt::format("left out: {}, which names none of the images", read.name)
                          : fmt::format("left out: {}, which names images in the column of classes '{}' alone",
                                        read.name, printable(read.table.columns[files])));
      continue;
    }
    read.files = files;
    behead(read.table, read.files, read.images);
    read.labels = column_of_labels(read.table, read.files, key);
    if (read.labels == kNoColumn) {
      notes.push_back(no_class(read, key));
      continue;
    }
    for (const auto& other : tables) {
      if (other.folder == read.folder) {
        throw UsageError(fmt::format("both {} and {} tell classes: which is meant?", other.name, read.name),
                         store.root(), "move one of them away, or name a column that only one has: label = \"...\"");
      }
    }
    tables.push_back(std::move(read));
  }
  return tables;
}

/// Gives the numbers of classes the names that the table's own record has for all of them.
void name_numbers(const std::vector<Read>& tables, Labelling& labelling) {
  const auto& first = tables.front();
  if (first.own == nullptr) return;
  const auto found = first.own->class_names.find(first.table.columns[first.labels]);
  if (found == first.own->class_names.end()) return;
  const auto& names = found->second;
  std::map<std::string, std::string> named{{"", ""}, {"-1", ""}};  // -1: the Hub's mark of an image without a class
  for (std::size_t i = 0; i < names.size(); ++i) named.emplace(std::to_string(i), listed_name(names[i]));
  const auto known = [&](const std::string& value) { return named.contains(value); };
  if (!std::all_of(labelling.values.begin(), labelling.values.end(), known)) return;
  for (auto& value : labelling.values) value = named[value];
  for (const auto& name : names) labelling.classes.push_back(listed_name(name));
}

/// What is counted while rows are given to images.
struct Counts {
  std::size_t taken = 0, nowhere = 0, again = 0, other_case = 0;
  std::string first_nowhere;
};

/// Nothing of a table that is about other images than those asked for: of another split, say.
void say(const Read& read, const Counts& counts, std::vector<std::string>& notes) {
  const auto& name = read.name;
  if (counts.taken == 0) return;
  notes.push_back(
      fmt::format("the classes are those of {}, column '{}'", name, printable(read.table.columns[read.labels])));
  if (counts.nowhere > 0) {
    notes.push_back(fmt::format("left out: {} of {} that {} no image (the first: {})", counted(counts.nowhere, "row"),
                                name, counts.nowhere == 1 ? "names" : "name", counts.first_nowhere));
  }
  if (counts.other_case > 0) {
    notes.push_back(fmt::format("{} of {} in another case of letters than the file's",
                                counted(counts.other_case, "name", "names"), name));
  }
  if (counts.again > 0) {
    notes.push_back(
        fmt::format("left out: {} of {} about an image that has a row already", counted(counts.again, "row"), name));
  }
  if (const std::size_t lists = read.table.lists; lists > 0) {
    notes.push_back(fmt::format("{} of {} {}, which no class can be", counted(lists, "value"), name,
                                lists == 1 ? "is a list" : "are lists"));
  }
}

}  // namespace

std::optional<Labelling> labels_of_tables(const ImageStore& store, const std::vector<std::size_t>& images,
                                          const std::string& key, std::vector<std::string>& notes,
                                          std::vector<std::string> values) {
  if (!key.empty()) values.push_back(key);
  const auto tables = read_tables(store, key, values, notes);
  if (tables.empty()) return std::nullopt;
  std::vector<std::size_t> place(store.count(), kNoImage);
  for (std::size_t i = 0; i < images.size(); ++i) place[images[i]] = i;
  Labelling out{std::vector<std::string>(images.size()), std::vector<bool>(images.size(), true), {}, {}};
  for (const Read& read : tables) {
    Counts counts;
    for (const auto& row : read.table.rows) {
      const auto [image, whole, other_case] = read.images.find(row[read.files]);
      if (image == kNoImage && counts.nowhere++ == 0) counts.first_nowhere = printable(row[read.files]);
      if (image == kNoImage || place[image] == kNoImage) continue;
      const std::size_t at = place[image];
      if (!out.left_out[at]) {
        ++counts.again;
        continue;
      }
      ++counts.taken;
      counts.other_case += other_case ? 1 : 0;
      out.left_out[at] = false;
      out.values[at] = class_of(row[read.labels]);
    }
    say(read, counts, out.notes);
  }
  const auto without = static_cast<std::size_t>(std::count(out.left_out.begin(), out.left_out.end(), true));
  if (without > 0) {
    out.notes.push_back(fmt::format("left out: {} without a row in {}", counted(without, "image"),
                                    tables.size() == 1 ? tables[0].name : "the tables"));
  }
  name_numbers(tables, out);
  return out;
}

}  // namespace ganymede::data
