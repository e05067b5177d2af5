#include "ganymede/serve/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "ganymede/config/toml.h"
#include "ganymede/core/hash.h"

namespace ganymede::serve {
namespace {

constexpr std::size_t kLongest = 48, kKept = 36, kDigits = 6;

std::string shortened(const std::string& text) {
  if (text.size() <= kLongest) return text;
  std::string begin = text.substr(0, kKept);
  while (!begin.empty() && (static_cast<unsigned char>(begin.back()) & 0x80) != 0)
    begin.pop_back();  // whole characters
  return begin + "… #" + text_digest(text).substr(0, kDigits);
}

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_table<decltype(value)> || toml::is_array<decltype(value)>)
      out << toml::json_formatter(value);
    else
      out << value;
  });
  std::string text = out.str();
  std::erase(text, '\n');
  const auto both_spaces = [](char one, char other) { return one == ' ' && other == ' '; };
  text.erase(std::unique(text.begin(), text.end(), both_spaces), text.end());
  return text;
}

void add(const toml::table& table, const std::string& prefix, std::map<std::string, std::string>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table())
      add(*inner, name + ".", out);
    else
      out[name] = shortened(text_of(node));
  }
}

}  // namespace

std::map<std::string, std::string> settings_of(const std::string& recipe) {
  std::map<std::string, std::string> out;
  try {
    add(toml::parse(recipe), "", out);
  } catch (const toml::parse_error&) {
    out.clear();
  }
  for (const char* key : {"name", "title", "about"}) out.erase(key);
  return out;
}

}  // namespace ganymede::serve
