#include "ganymede/config/value_text.h"

#include <sstream>

#include "ganymede/config/fields.h"

namespace ganymede::config {
namespace {

template <class T>
std::string written(const T& value) {
  FieldWriter writer;
  writer("value", value);
  return writer.entries().front().second;
}

}  // namespace

std::string value_text(const toml::node& value) {
  if (const auto* list = value.as_array()) {
    std::string out;
    for (const auto& item : *list) out += (out.empty() ? "" : ", ") + value_text(item);
    return "[" + out + "]";
  }
  if (const auto number = value.value_exact<double>()) return written(*number);
  if (const auto text = value.value_exact<std::string>()) return written(*text);
  std::ostringstream out;
  value.visit([&](const auto& concrete) { out << toml::toml_formatter(concrete); });
  return out.str();
}

}  // namespace ganymede::config
