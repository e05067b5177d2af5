#include "ganymede/core/markdown.h"

namespace ganymede {

std::string table_cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += ' ';
    } else {
      if (c == '|' || c == '<' || c == '*') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string code_cell(std::string_view text) {
  std::string out = "`";
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out + "`";
}

}  // namespace ganymede
