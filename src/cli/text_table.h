// A table for people on a terminal: columns as wide as what stands in them, two spaces between them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace ganymede::cli {

class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// A row of as many cells as there are columns, in UTF-8. Throws logic_error for another number.
  void add(std::vector<std::string> cells);
  std::size_t rows() const { return rows_.size(); }
  /// Title and rows, each line with its end and without spaces before it.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace ganymede::cli
