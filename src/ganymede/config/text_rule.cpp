#include "ganymede/config/text_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <charconv>

namespace ganymede::config {
namespace {

/// Of UTF-8.
std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The next byte of a class, which loses it: as it stands, or as \x1f.
unsigned char taken_from(std::string_view& text) {
  unsigned char byte = static_cast<unsigned char>(text[0]);
  std::size_t length = 1;
  if (text.starts_with("\\x") && text.size() >= 4) {
    std::from_chars(text.data() + 2, text.data() + 4, byte, 16);
    length = 4;
  }
  text.remove_prefix(length);
  return byte;
}

std::bitset<256> bytes_of(std::string_view text) {
  std::bitset<256> out;
  const bool all_but = text.starts_with('^');
  if (all_but) text.remove_prefix(1);
  while (!text.empty()) {
    const unsigned char low = taken_from(text);
    unsigned char high = low;
    if (text.size() >= 2 && text[0] == '-') {
      text.remove_prefix(1);
      high = taken_from(text);
    }
    for (unsigned byte = low; byte <= high; ++byte) out.set(byte);
  }
  return all_but ? ~out : out;
}

}  // namespace

bool fits(const TextRule& rule, std::string_view text) {
  const auto length = static_cast<double>(characters_in(text));
  if (length < rule.length.low || length > rule.length.high) return false;
  const auto all = bytes_of(rule.characters);
  const auto known = [](const auto& bytes, char c) { return bytes[static_cast<unsigned char>(c)]; };
  if (!text.empty() && !rule.first.empty() && !known(bytes_of(rule.first), text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return known(all, c); });
}

std::string pattern_of(const TextRule& rule) {
  if (rule.first.empty()) return fmt::format("^[{}]*$", rule.characters);
  return fmt::format("^[{}][{}]*$", rule.first, rule.characters);
}

std::string words_of(const TextRule& rule) {
  if (rule.length.low == 0) return fmt::format("at most {:.0f} {}", rule.length.high, rule.words);
  return fmt::format("{:.0f} to {:.0f} {}", rule.length.low, rule.length.high, rule.words);
}

}  // namespace ganymede::config
