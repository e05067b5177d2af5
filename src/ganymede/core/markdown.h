// Texts as Markdown has them in the cells of a table.
#pragma once

#include <string>
#include <string_view>

namespace ganymede {

/// A text on one line, with what would end the cell or begin markup escaped.
std::string table_cell(std::string_view text);

/// A text as code, where a bar would end the cell all the same.
std::string code_cell(std::string_view text);

}  // namespace ganymede
