// Tables of labels: .csv and .tsv (RFC 4180, with or without a byte order mark, lines ended by LF or CRLF), .jsonl
// (an object a line) and .json (StyleGAN's dataset.json, a list of objects, or an object of names and labels).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::data {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< each as long as columns; "" where there is no value
  std::size_t lists = 0;                       ///< values that were lists or objects, which are "" here
};

/// By the ending of `name`. The first row of a .csv or .tsv becomes the columns; a .csv whose first line has no comma
/// may be parted by semicolons or tabs, as spreadsheets write it. Throws Error at `where` for text that is not UTF-8,
/// a quote that does not end, rows of other lengths than the first (with their line), and damaged JSON; a .json of
/// another structure has no rows.
Table read_table(std::span<const std::uint8_t> bytes, const std::string& name, const std::string& where);

}  // namespace ganymede::data
