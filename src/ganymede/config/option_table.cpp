#include "ganymede/config/option_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace ganymede::config {
namespace {

[[noreturn]] void refuse(const toml::node& node, const Place& place) {
  throw UsageError("an entry must be a table such as { dense = 128 } or a name such as \"relu\"", place.at(&node));
}

/// The key that stands first in the text.
std::string first_key(const toml::table& table) {
  auto first = table.begin();
  const auto position = [](const auto& entry) {
    const auto& begin = entry->first.source().begin;
    return std::pair(begin.line, begin.column);
  };
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    if (position(entry) < position(first)) first = entry;
  }
  return std::string(first->first.str());
}

/// Names the kind of each table in `list`, and in the lists inside it: a copy of a table forgets which key stood first.
void name_kinds(toml::array& list, const Place& place) {
  for (auto& element : list) {
    auto* table = element.as_table();
    if (table == nullptr) continue;
    if (table->empty()) refuse(element, place);
    for (auto&& [key, value] : *table) {
      if (auto* inner = value.as_array()) name_kinds(*inner, place);
    }
    toml::table values = std::move(*table);
    table->clear();
    table->insert(first_key(values), std::move(values));
  }
}

std::string value_text(const toml::node& node);

std::string table_text(const std::string& kind, const toml::table& values) {
  // toml++ sorts keys; the kind goes first, because that is what tells it from an option.
  std::string rest;
  for (const auto& [key, node] : values) {
    if (key.str() != kind) rest += fmt::format(", {} = {}", std::string(key.str()), value_text(node));
  }
  return fmt::format("{{ {} = {}{} }}", kind, value_text(*values.get(kind)), rest);
}

/// A list that name_kinds() has gone over.
std::string list_text(const toml::array& list) {
  std::string out;
  for (const auto& element : list) {
    const auto* table = element.as_table();
    const auto* values = table != nullptr && table->size() == 1 ? table->begin()->second.as_table() : nullptr;
    out += out.empty() ? "" : ", ";
    out += values != nullptr ? table_text(std::string(table->begin()->first.str()), *values) : value_text(element);
  }
  return fmt::format("[{}]", out);
}

std::string value_text(const toml::node& node) {
  const auto* list = node.as_array();
  if (list != nullptr &&
      std::any_of(list->begin(), list->end(), [](const auto& element) { return element.is_table(); })) {
    return list_text(*list);
  }
  std::ostringstream out;
  node.visit([&](const auto& concrete) { out << toml::toml_formatter(concrete); });
  return out.str();
}

OptionTable named(const std::string& kind, Place place) {
  OptionTable out{kind, {}, std::move(place)};
  out.values.insert(kind, true);
  return out;
}

}  // namespace

OptionTable option_table(toml::node& node, Place place) {
  place.line = node.source().path ? 0 : node.source().begin.line;
  if (const auto name = node.value_exact<std::string>()) return named(*name, std::move(place));
  auto* table = node.as_table();
  if (table == nullptr || table->empty()) refuse(node, place);
  for (auto&& [key, value] : *table) {
    if (auto* list = value.as_array()) name_kinds(*list, place);
  }
  OptionTable out{first_key(*table), {}, std::move(place)};
  out.values = std::move(*table);  // moved, because a copy forgets on which line it stood
  return out;
}

std::vector<OptionTable> option_tables(const std::string& list, const std::string& origin) {
  toml::table parsed = toml::parse("list = " + list);
  std::vector<OptionTable> out;
  for (auto& node : *parsed.get_as<toml::array>("list")) out.push_back(option_table(node, {origin, ""}));
  return out;
}

std::vector<OptionTable> nested_tables(const toml::node& list, const Place& place) {
  const auto* entries = list.as_array();
  if (entries == nullptr) throw UsageError("a list of layers must be an array", place.at(&list));
  std::vector<OptionTable> out;
  for (const auto& node : *entries) {
    const auto* table = node.as_table();
    const auto* values = table != nullptr && table->size() == 1 ? table->begin()->second.as_table() : nullptr;
    const auto& source = (values != nullptr ? static_cast<const toml::node&>(*values) : node).source();
    Place inside = place;
    if (source.begin.line > 0 && !source.path) inside.line = source.begin.line;
    if (const auto name = node.value_exact<std::string>()) {
      out.push_back(named(*name, inside));
    } else if (values != nullptr) {
      out.push_back({std::string(table->begin()->first.str()), *values, inside});
    } else {
      refuse(node, inside);
    }
  }
  return out;
}

std::string to_inline_text(const OptionTable& table) {
  return table_text(table.kind, table.values);
}

}  // namespace ganymede::config
