#include "ganymede/config/overrides.h"

#include <fmt/format.h>

#include <charconv>

#include "ganymede/config/fields.h"
#include "ganymede/config/old_keys.h"
#include "ganymede/config/value_text.h"
#include "ganymede/core/text.h"

namespace ganymede::config {
namespace {

/// The entry of a list that `number` names, counted from 0.
toml::array::iterator entry_of(toml::array& list, const std::string& number, const std::string& where) {
  std::size_t index = 0;
  const char* end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, index);
  if (error != std::errc() || stopped != end) {
    throw UsageError(fmt::format("'{}' is no number of a list's entry", number), where, "they count from 0");
  }
  if (index >= list.size()) {
    throw UsageError(fmt::format("there is no entry {}", number), where,
                     list.empty() ? "the list is empty" : fmt::format("they go from 0 to {}", list.size() - 1));
  }
  return list.begin() + static_cast<std::ptrdiff_t>(index);
}

/// What `key` leads to in a table or a list: a section, made where it is missing, or an entry of a list; a layer that
/// is a name alone becomes a table.
toml::node& inside(toml::node& node, const std::string& key, const std::string& where) {
  if (auto* list = node.as_array()) {
    const auto entry = entry_of(*list, key, where);
    const auto index = static_cast<std::size_t>(entry - list->begin());
    if (entry->is_string()) {
      // Parsed, because a layer's kind is the key that has the first place in a text.
      auto table = toml::parse(fmt::format("x = {{ {} = true }}", value_text(*entry)), where);
      list->replace(entry, std::move(*table.get("x")));
    }
    return *list->get(index);
  }
  auto* table = node.as_table();
  if (table->get(key) == nullptr) table->insert(key, toml::table{});
  return *table->get(key);
}

}  // namespace

void apply_override(toml::table& root, const std::string& text) {
  const std::string where = fmt::format("--set {}", text);
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("--set needs section.key=value", where, "for example --set train.batch_size=32");
  }
  if (!is_utf8(text)) throw UsageError("--set takes UTF-8 only", "--set", "write the value in UTF-8");
  std::string path = current_key(text.substr(0, equals));
  const std::string value = text.substr(equals + 1);

  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value, where);
  } catch (const toml::parse_error&) {
    FieldWriter quoted;
    quoted("value", value);
    parsed = toml::parse(quoted.as_lines(), where);
  }

  toml::node* node = &root;
  std::string name;
  const auto table_or_list = [&] {
    if (!node->is_table() && !node->is_array()) throw UsageError(fmt::format("'{}' is not a section", name), where);
  };
  for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.')) {
    table_or_list();
    name = path.substr(0, dot);
    path.erase(0, dot + 1);
    node = &inside(*node, name, where);
  }
  table_or_list();
  if (path.empty()) throw UsageError("the key is empty", where, "for example --set train.batch_size=32");
  toml::node& given = *parsed.get("value");
  if (auto* list = node->as_array()) {
    list->replace(entry_of(*list, path, where), std::move(given));
    return;
  }
  auto* table = node->as_table();
  // steps and epochs exclude each other: choosing one on the command line withdraws the other.
  if (path == "steps") table->erase("epochs");
  if (path == "epochs") table->erase("steps");
  table->insert_or_assign(path, std::move(given));
}

}  // namespace ganymede::config
