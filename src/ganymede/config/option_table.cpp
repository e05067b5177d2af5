#include "ganymede/config/option_table.h"

#include <fmt/format.h>

#include "ganymede/config/blocks.h"
#include "ganymede/config/value_text.h"

namespace ganymede::config {
namespace {

std::string list_text(const std::vector<OptionTable>& entries) {
  std::string out;
  for (const auto& entry : entries) {
    out += out.empty() ? "" : ", ";
    out += entry.bare ? value_text(toml::value<std::string>(entry.kind)) : to_inline_text(entry);
  }
  return fmt::format("[{}]", out);
}

/// Names alone, which also stand in `value`, are written as any other array of strings.
std::string option_text(const OptionTable& table, const std::string& key, const toml::node& value) {
  const auto* list = table.list(key);
  const bool tables = list != nullptr && value.as_array() != nullptr && value.as_array()->empty();
  return tables ? list_text(*list) : value_text(value);
}

}  // namespace

const std::vector<OptionTable>* OptionTable::list(const std::string& key) const {
  for (const auto& list : lists) {
    if (list.key == key) return &list.entries;
  }
  return nullptr;
}

OptionTable option_table(const toml::node& node, const Place& place) {
  return Blocks().entry(node, place);
}

std::vector<OptionTable> option_tables(const std::string& list, const std::string& origin) {
  const toml::table parsed = toml::parse("list = " + list);
  return Blocks().entries(*parsed.get_as<toml::array>("list"), {origin, ""});
}

std::string to_inline_text(const OptionTable& table) {
  // toml++ sorts keys; the kind goes first, because that is what tells it from an option.
  std::string rest;
  for (const auto& [key, node] : table.values) {
    const std::string name(key.str());
    if (name != table.kind) rest += fmt::format(", {} = {}", name, option_text(table, name, node));
  }
  return fmt::format("{{ {} = {}{} }}", table.kind, option_text(table, table.kind, *table.values.get(table.kind)),
                     rest);
}

}  // namespace ganymede::config
