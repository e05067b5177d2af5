#include "ganymede/config/value_text.h"

#include <algorithm>
#include <cctype>
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

std::string key_text(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '-');
  });
  return bare ? std::string(key) : written(std::string(key));
}

}  // namespace

std::string value_text(const toml::node& value) {
  if (const auto* list = value.as_array()) {
    std::string out;
    for (const auto& item : *list) out += (out.empty() ? "" : ", ") + value_text(item);
    return "[" + out + "]";
  }
  if (const auto* table = value.as_table()) {
    std::string out;
    for (const auto& [key, item] : *table)
      out += (out.empty() ? "" : ", ") + key_text(key.str()) + " = " + value_text(item);
    return out.empty() ? "{}" : "{ " + out + " }";
  }
  if (const auto number = value.value_exact<double>()) return written(*number);
  if (const auto text = value.value_exact<std::string>()) return written(*text);
  std::ostringstream out;
  value.visit([&](const auto& concrete) { out << toml::toml_formatter(concrete); });
  return out.str();
}

}  // namespace ganymede::config
