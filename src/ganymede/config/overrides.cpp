#include "ganymede/config/overrides.h"

#include <fmt/format.h>

#include "ganymede/config/fields.h"

namespace ganymede::config {

void apply_override(toml::table& root, const std::string& text) {
  const std::string where = fmt::format("--set {}", text);
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError("--set needs section.key=value", where, "for example --set train.batch=32");
  }
  std::string path = text.substr(0, equals);
  const std::string value = text.substr(equals + 1);

  toml::table parsed;
  try {
    parsed = toml::parse("value = " + value, where);
  } catch (const toml::parse_error&) {
    FieldWriter quoted;
    quoted("value", value);
    parsed = toml::parse(quoted.as_lines(), where);
  }

  toml::table* table = &root;
  for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.')) {
    const std::string section = path.substr(0, dot);
    path.erase(0, dot + 1);
    toml::node* node = table->get(section);
    if (node == nullptr) {
      table->insert(section, toml::table{});
      node = table->get(section);
    }
    table = node->as_table();
    if (table == nullptr) throw UsageError(fmt::format("'{}' is not a section", section), where);
  }
  if (path.empty()) throw UsageError("the key is empty", where, "for example --set train.batch=32");
  // steps and epochs exclude each other: choosing one on the command line withdraws the other.
  if (path == "steps") table->erase("epochs");
  if (path == "epochs") table->erase("steps");
  table->insert_or_assign(path, std::move(*parsed.get("value")));
}

}  // namespace ganymede::config
