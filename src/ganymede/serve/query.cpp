#include "ganymede/serve/query.h"

#include <charconv>

#include "ganymede/operations/schema.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using operations::Door;
using operations::Field;
using operations::Kind;

json words_of(const std::string& text) {
  json words = json::array();
  for (std::size_t begin = 0; !text.empty() && begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// What is no number stays a text, which the field refuses.
json number_of(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return text;
  return value;
}

json value_of(const Field& field, const std::string& text) {
  if (field.kind == Kind::kTexts) return words_of(text);
  if (field.kind == Kind::kInteger) return number_of(text);
  return text;
}

}  // namespace

void read_query(const Request& request, const operations::FieldList& fields) {
  json given = json::object();
  for (const auto& field : fields) {
    const auto found = request.query.find(field.name);
    if (found != request.query.end()) given[field.name] = value_of(field, found->second);
  }
  operations::read_json(given, fields, Door::kServed);
}

std::vector<ordered_json> query_parameters(const operations::FieldList& fields) {
  std::vector<ordered_json> out;
  for (const auto& field : fields) {
    ordered_json schema = operations::schema_of(field, Door::kServed);
    ordered_json parameter{{"name", field.name}, {"in", "query"}};
    if (field.required(Door::kServed)) parameter["required"] = true;
    parameter["description"] = schema.at("description");
    schema.erase("description");
    if (field.kind == Kind::kTexts) {  // by commas
      parameter["style"] = "form";
      parameter["explode"] = false;
    }
    parameter["schema"] = schema;
    out.push_back(std::move(parameter));
  }
  return out;
}

}  // namespace ganymede::serve
