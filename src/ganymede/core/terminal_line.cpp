#include "ganymede/core/terminal_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/text.h"

namespace ganymede {
namespace {

/// Of three bytes in UTF-8: marks, embeddings, overrides and isolates of the bidirectional algorithm, and the
/// separators of lines and paragraphs.
bool misleads(unsigned code) {
  return code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string without_turns(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const bool three = byte(0) == 0xE2 && at + 2 < text.size();
    const unsigned code = three ? 0x2000u | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu) : 0;
    if (three && misleads(code)) {
      out += fmt::format("\\u{:04X}", code);
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

std::string terminal_line(std::string_view text, std::size_t most) {
  std::string line(text);
  std::replace_if(line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const std::string out = without_turns(printable(line));
  constexpr std::string_view kLeftOut = " ... ";
  if (out.size() <= most) return out;
  std::size_t begin = most * 2 / 3, end = out.size() - (most - begin - kLeftOut.size());
  while (begin > 0 && continues(out[begin])) --begin;
  while (end < out.size() && continues(out[end])) ++end;
  return out.substr(0, begin).append(kLeftOut).append(out, end);
}

}  // namespace ganymede
