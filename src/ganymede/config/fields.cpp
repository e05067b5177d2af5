#include "ganymede/config/fields.h"

#include <fmt/format.h>

#include <cmath>

#include "ganymede/config/option_table.h"

namespace ganymede::config {
namespace {

const char* type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a value of another type";
  }
}

const toml::table& nothing() {
  static const toml::table table;
  return table;
}

}  // namespace

std::string Place::at(const toml::node* node) const {
  const auto own = node != nullptr ? node->source().begin.line : 0;
  const auto known = own > 0 ? own : line;
  std::string text = known > 0 ? fmt::format("line {} of {}", known, file) : file;
  if (node != nullptr && node->source().path) text = *node->source().path;  // only what --set brought has one
  if (!section.empty()) text += " in " + section;
  return text;
}

FieldReader::FieldReader(std::vector<FieldRow>& rows) : table_(nothing()), rows_(&rows) {}

FieldReader::FieldReader(const OptionTable& table) : table_(table.values), whole_(&table), place_(table.place) {}

const std::vector<OptionTable>& FieldReader::list(const char* key) const {
  const auto* found = whole_ != nullptr ? whole_->list(key) : nullptr;
  if (found == nullptr && table_.get(key)->is_array()) {  // not all of it is an entry
    throw UsageError("an entry must be a table such as { dense = 128 } or a name such as \"relu\"", at(key));
  }
  if (found == nullptr) wrong_type(key, *table_.get(key), "a list of layers");
  return *found;
}

/// The place of `key`'s value, or of the table that lacks it.
std::string FieldReader::at(const char* key) const {
  if (whole_ != nullptr) {
    for (const auto& [name, flag] : whole_->brought) {
      if (name == key) return Place{flag, place_.section}.at(nullptr);
    }
  }
  return place_.at(table_.get(key) != nullptr ? table_.get(key) : &table_);
}

void FieldReader::fail(const char* key, const std::string& problem) const {
  throw UsageError(fmt::format("'{}' {}", key, problem), at(key));
}

void FieldReader::reject_unknown() const {
  for (const auto& [key, node] : table_) {
    const std::string name(key.str());
    bool found = false;
    for (const auto& known : known_) found = found || known == name;
    if (!found) throw UsageError(fmt::format("unknown key '{}'", name), at(name.c_str()), suggest(name, known_));
  }
}

void FieldReader::wrong_type(const char* key, const toml::node& node, const char* expected) const {
  // An element of an array has a line of its own.
  throw UsageError(fmt::format("'{}' must be {}, not {}", key, expected, type_name(node)),
                   node.source().begin.line > 0 ? place_.at(&node) : at(key));
}

void FieldReader::unknown_name(const char* key, const std::string& name, const std::vector<std::string>& known) const {
  throw UsageError(fmt::format("unknown {} '{}'", key, name), at(key), suggest(name, known));
}

std::int64_t FieldReader::integer(const char* key, const toml::node& node) const {
  if (const auto value = node.value_exact<std::int64_t>()) return *value;
  wrong_type(key, node, "a whole number");
}

double FieldReader::number(const char* key, const toml::node& node) const {
  if (!node.is_number()) wrong_type(key, node, "a number");
  const double value = *node.value<double>();
  if (!std::isfinite(value)) fail(key, "must be finite");
  return value;
}

bool FieldReader::boolean(const char* key, const toml::node& node) const {
  if (const auto value = node.value_exact<bool>()) return *value;
  wrong_type(key, node, "true or false");
}

std::string FieldReader::text(const char* key, const toml::node& node) const {
  if (const auto value = node.value_exact<std::string>()) return *value;
  wrong_type(key, node, "a string");
}

const toml::array& FieldReader::array(const char* key, const toml::node& node) const {
  if (const auto* items = node.as_array()) return *items;
  wrong_type(key, node, "an array");
}

std::string out_of_range(double value, Range range) {
  if (value >= range.low && value <= range.high) return "";
  return fmt::format("is {}, which is outside {} to {}", value, range.low, range.high);
}

std::string out_of_range(double value, EitherOf values) {
  if (value == values.one || value == values.other) return "";
  return fmt::format("is {}, which is neither {} nor {}", value, values.one, values.other);
}

std::string FieldWriter::quote(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<int>(c));
    else
      out += c;
  }
  return out + "\"";
}

std::string FieldWriter::number(double value) {
  std::string out = fmt::format("{}", value);
  // TOML reads a bare "1" as an integer; both are accepted where a number is wanted, but the type should show.
  if (out.find_first_of(".en") == std::string::npos) out += ".0";
  return out;
}

std::string FieldWriter::as_lines() const {
  std::string out;
  for (const auto& [key, value] : entries_) out += fmt::format("{} = {}\n", key, value);
  return out;
}

std::string FieldWriter::as_inline_table() const {
  std::string out;
  for (const auto& [key, value] : entries_) out += fmt::format("{}{} = {}", out.empty() ? "{ " : ", ", key, value);
  return out + " }";
}

}  // namespace ganymede::config
