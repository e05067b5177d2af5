#include "ganymede/core/shell_word.h"

#include <algorithm>

#include "ganymede/core/text.h"

namespace ganymede {

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "%+,-./:=@_";
  const auto plain = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80 || kPlain.find(c) != std::string_view::npos;
  };
  if (!word.empty() && is_utf8(word) && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  // Bytes that no terminal shows as they are can be typed in bash's $'...'.
  const std::string shown = printable(word);
  const bool strange = shown != word;
  std::string out = strange ? "$'" : "'";
  for (const char c : strange ? listed_name(word) : shown) {
    if (c == '\'')
      out += strange ? "\\'" : "'\\''";
    else
      out += c;
  }
  return out + "'";
}

}  // namespace ganymede
