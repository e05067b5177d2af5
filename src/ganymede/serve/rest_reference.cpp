#include "ganymede/serve/rest_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "ganymede/core/markdown.h"
#include "ganymede/core/text.h"

namespace ganymede::serve {
namespace {

using nlohmann::ordered_json;

std::string schema_words(const ordered_json& schema);

/// The object at `key`, or an empty one.
const ordered_json& part(const ordered_json& of, const char* key) {
  static const ordered_json empty = ordered_json::object();
  const auto found = of.find(key);
  return found == of.end() ? empty : *found;
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : between) + part;
  return out;
}

/// "#/components/schemas/Run" as a link to that part of the page.
std::string link_to(const std::string& reference) {
  const auto name = reference.substr(reference.rfind('/') + 1);
  return fmt::format("[{}](#{})", name, in_small_letters(name));
}

/// "1 to 64", "at least 0"; empty where there is neither.
std::string limits(const ordered_json& schema, const char* least, const char* most) {
  const bool low = schema.contains(least), high = schema.contains(most);
  if (low && high) return fmt::format("{} to {}", schema[least].dump(), schema[most].dump());
  if (low) return "at least " + schema[least].dump();
  return high ? "at most " + schema[most].dump() : "";
}

std::string with(const std::string& words, const std::string& limit) {
  return limit.empty() ? words : words + ", " + limit;
}

std::string object_words(const ordered_json& schema) {
  if (schema.contains("properties")) {
    std::vector<std::string> fields;
    for (const auto& [name, field] : schema["properties"].items())
      fields.push_back(fmt::format("`{}`: {}", name, schema_words(field)));
    return "object (" + joined(fields, "; ") + ")";
  }
  const auto values = schema.find("additionalProperties");
  return values != schema.end() && values->is_object() ? "object by name of " + schema_words(*values) : "object";
}

std::string type_words(const ordered_json& schema, const std::string& type) {
  if (type == "array") {
    const auto many = limits(schema, "minItems", "maxItems");
    return "list of " + (many.empty() ? "" : many + " ") + schema_words(part(schema, "items"));
  }
  if (type == "object") return object_words(schema);
  if (type == "integer") return with("whole number", limits(schema, "minimum", "maximum"));
  if (type == "number") return with("number", limits(schema, "minimum", "maximum"));
  if (type == "boolean") return "true or false";
  return type == "string" ? "text" : type;
}

/// What a value may be, in words.
std::string schema_words(const ordered_json& schema) {
  if (schema.contains("$ref")) return link_to(schema["$ref"]);
  std::vector<std::string> ways;
  for (const char* key : {"oneOf", "anyOf"}) {
    for (const auto& way : schema.value(key, ordered_json::array())) ways.push_back(schema_words(way));
  }
  if (!ways.empty()) return joined(ways, " or ");
  if (schema.contains("enum")) {
    for (const auto& value : schema["enum"])
      ways.push_back(value.is_null() ? "null" : code_cell(value.is_string() ? value.get<std::string>() : value.dump()));
    return joined(ways, ", ");
  }
  const auto type = schema.find("type");
  if (type == schema.end()) return "any";
  if (type->is_string()) return type_words(schema, *type);
  for (const auto& one : *type) ways.push_back(type_words(schema, one));
  return joined(ways, " or ");
}

/// The same for a field of a request: that null counts as absent stands above all of them.
std::string request_words(ordered_json schema) {
  if (const auto type = schema.find("type"); type != schema.end() && type->is_array()) *type = type->front();
  if (const auto values = schema.find("enum"); values != schema.end() && values->back().is_null())
    values->erase(values->size() - 1);
  return schema_words(schema);
}

bool contains(const ordered_json& names, const std::string& name) {
  return std::find(names.begin(), names.end(), ordered_json(name)) != names.end();
}

std::string field_row(const std::string& name, const ordered_json& schema, const std::string& about, bool required) {
  const std::string usual = schema.contains("default") ? code_cell(schema["default"].dump()) : "";
  return fmt::format("| `{}` | {} | {} | {} |\n", name, request_words(schema), required ? "required" : usual,
                     table_cell(about));
}

/// The fields of an object, without those that are old names of others.
std::string object_table(const ordered_json& schema) {
  std::string out = "\n| field | value | default | meaning |\n|---|---|---|---|\n";
  const auto required = schema.value("required", ordered_json::array());
  for (const auto& [name, field] : part(schema, "properties").items()) {
    if (!field.value("deprecated", false))
      out += field_row(name, field, field.value("description", ""), contains(required, name));
  }
  return out;
}

/// The same for answers, which have every field.
std::string answer_table(const ordered_json& schema) {
  std::string out = "\n| field | value | meaning |\n|---|---|---|\n";
  for (const auto& [name, field] : part(schema, "properties").items())
    out += fmt::format("| `{}` | {} | {} |\n", name, schema_words(field), table_cell(field.value("description", "")));
  return out;
}

std::string parameter_table(const ordered_json& parameters) {
  std::string out = "\n| parameter | value | default | meaning |\n|---|---|---|---|\n";
  for (const auto& one : parameters) {
    const std::string in = one["in"] == "query" ? "" : fmt::format(" ({})", one["in"].get<std::string>());
    out += field_row(one["name"].get<std::string>(), one["schema"], one.value("description", "") + in,
                     one.value("required", false));
  }
  return out;
}

std::string answer_words(const std::string& status, const ordered_json& answer) {
  std::vector<std::string> kinds;
  for (const auto& [type, content] : part(answer, "content").items()) {
    const auto schema = part(content, "schema");
    kinds.push_back(type == "application/json" ? fmt::format("`{}`: {}", type, schema_words(schema))
                                               : fmt::format("`{}`", type));
  }
  return fmt::format("\n{}: {}{}\n", status, answer.value("description", ""),
                     kinds.empty() ? "" : " " + joined(kinds, ", ") + ".");
}

std::string route_part(const std::string& path, const std::string& method, const ordered_json& route) {
  std::string name = method;
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string out = fmt::format("\n## {} {}\n\n{}.\n", name, path, route["summary"].get<std::string>());
  if (route.contains("parameters")) out += parameter_table(route["parameters"]);
  if (route.contains("requestBody")) {
    const auto& schema = route["requestBody"]["content"]["application/json"]["schema"];
    out += part(schema, "properties").empty() ? "\nThe body is `{}`.\n" : object_table(schema);
  }
  std::vector<std::string> problems;
  for (const auto& [status, answer] : route["responses"].items()) {
    if (answer.contains("$ref"))
      problems.push_back(status);
    else
      out += answer_words(status, answer);
  }
  return problems.empty() ? out : out + fmt::format("\nErrors: {}.\n", joined(problems, ", "));
}

std::string object_part(const std::string& name, const ordered_json& schema) {
  std::string out = fmt::format("\n## {}\n", name);
  if (const std::string about = schema.value("description", ""); !about.empty()) out += "\n" + about + "\n";
  if (schema.contains("properties")) return out + answer_table(schema);
  if (!schema.contains("oneOf")) return out + "\n" + sentence(schema_words(schema)) + "\n";
  for (const auto& way : schema["oneOf"]) out += object_table(way);
  return out;
}

}  // namespace

std::string rest_reference(const ordered_json& api) {
  std::string out = fmt::format(
      "# REST API\n\nMade by the program from what its routes say of themselves; `GET /api/v1/openapi.json` says the "
      "same to programs, and [The studio and REST](../studio.md) shows how it is used. {}\n",
      api["info"]["description"].get<std::string>());
  for (const auto& [path, methods] : api["paths"].items()) {
    for (const auto& [method, route] : methods.items()) {
      if (!route.value("deprecated", false)) out += route_part(path, method, route);
    }
  }
  for (const auto& [name, schema] : api["components"]["schemas"].items()) out += object_part(name, schema);
  out += "\n## Errors\n\n| status | means |\n|---|---|\n";
  for (const auto& [status, problem] : api["components"]["responses"].items())
    out += fmt::format("| {} | {} |\n", status, table_cell(problem["description"].get<std::string>()));
  return out;
}

}  // namespace ganymede::serve
