#include "ganymede/operations/schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "ganymede/config/text_rule.h"
#include "ganymede/core/text.h"
#include "ganymede/operations/point.h"

namespace ganymede::operations {
namespace {

using nlohmann::ordered_json;

void set_range(ordered_json& schema, const std::optional<Range>& range, const char* low, const char* high, bool whole) {
  if (!range) return;
  const auto set = [&](const char* key, double value) {
    if (std::abs(value) > 1e18) return;
    if (whole)
      schema[key] = static_cast<std::int64_t>(value);
    else
      schema[key] = value;
  };
  set(low, range->low);
  set(high, range->high);
}

ordered_json text_schema(const config::TextRule* rule) {
  ordered_json schema = {{"type", "string"}};
  if (rule == nullptr) return schema;
  if (rule->length.low > 0) schema["minLength"] = static_cast<std::int64_t>(rule->length.low);
  schema["maxLength"] = static_cast<std::int64_t>(rule->length.high);
  schema["pattern"] = config::pattern_of(*rule);
  return schema;
}

/// The same value, or null.
ordered_json or_null(ordered_json schema) {
  schema["type"] = ordered_json::array({schema["type"], "null"});
  if (schema.contains("enum")) schema["enum"].push_back(nullptr);
  return schema;
}

/// Fits an object that has a value other than null under each of these names.
ordered_json given(const std::vector<std::string>& names) {
  ordered_json schema{{"required", names}};
  for (const auto& name : names) schema["properties"][name]["not"]["type"] = "null";
  return schema;
}

/// Fits an object that has a value of the field, or of one of those that stand for it.
ordered_json one_given(const Field& field) {
  auto ways = ordered_json::array({given({field.name})});
  for (const auto& other : field.info.unless) ways.push_back(given({other}));
  return {{"anyOf", ways}};
}

}  // namespace

ordered_json schema_of(const Field& field, Door door) {
  ordered_json schema;
  const auto range = field.range(door);
  const auto list = [&](ordered_json items) {
    schema["type"] = "array";
    set_range(schema, range, "minItems", "maxItems", true);
    schema["items"] = std::move(items);
  };
  const ordered_json number = {{"type", "number"}}, text = text_schema(field.text_rule(door));
  switch (field.kind) {
    case Kind::kInteger:
      schema["type"] = "integer";
      set_range(schema, range, "minimum", "maximum", true);
      if (!field.info.values.empty()) schema["enum"] = field.info.values;
      break;
    case Kind::kNumber:
      schema["type"] = "number";
      set_range(schema, range, "minimum", "maximum", false);
      break;
    case Kind::kBoolean:
      schema["type"] = "boolean";
      break;
    case Kind::kText:
      schema = text;
      break;
    case Kind::kChoice:
      schema["type"] = "string";
      schema["enum"] = field.choices;
      break;
    case Kind::kTexts:
      list(text);
      break;
    case Kind::kNumbers:
      list(number);
      break;
    case Kind::kVectors:
      list({{"type", "array"}, {"items", number}});
      break;
    case Kind::kPoints:
      list({{"$ref", "#/components/schemas/Point"}});
      break;
  }
  if (const auto usual = field.default_at(door); !usual.is_null()) schema["default"] = usual;
  std::string about = sentence(field.info.about);
  if (!field.info.unless.empty() && field.required(door)) {
    about += fmt::format(" Required unless one of {} is given.", fmt::join(field.info.unless, ", "));
  }
  schema["description"] = about;
  return schema;
}

ordered_json schema_of(const FieldList& fields, Door door) {
  ordered_json properties = ordered_json::object(), required = ordered_json::array(), both = ordered_json::array();
  ordered_json schema{{"type", "object"}, {"additionalProperties", false}};
  for (const auto& field : fields) {
    if (!field.offered(door)) continue;
    const bool needed = field.required(door) && field.info.unless.empty();
    const auto value = !needed && field.null_is_absent() ? or_null(schema_of(field, door)) : schema_of(field, door);
    properties[field.name] = value;
    if (needed) required.push_back(field.name);
    if (field.required(door) && !needed) schema["allOf"].push_back(one_given(field));
    for (const auto& old : field.info.old_names) {
      properties[old] = value;
      properties[old]["deprecated"] = true;
      properties[old]["description"] = "The old name of `" + field.name + "`.";
    }
    if (const auto& old = field.info.old_switch; !old.empty()) {
      properties[old] = {{"type", {"boolean", "null"}},
                         {"description", fmt::format("The old name of `{}`: true is \"{}\".", field.name, old)},
                         {"deprecated", true}};
    }
    for (const auto& old : field.old_names()) both.push_back(given({field.name, old}));
  }
  schema["properties"] = properties;
  if (!required.empty()) schema["required"] = required;
  if (!both.empty()) schema["not"]["anyOf"] = both;
  return schema;
}

ordered_json point_schema() {
  Point point;
  const FieldList fields = fields_of(point);
  const auto one_of = [&](const std::vector<std::string>& left_out, const std::vector<std::string>& required) {
    FieldList kept = fields;
    std::erase_if(kept, [&](const Field& field) {
      return std::find(left_out.begin(), left_out.end(), field.name) != left_out.end();
    });
    for (auto& field : kept) {
      if (std::find(required.begin(), required.end(), field.name) == required.end()) continue;
      field.info.required = true;
      field.info.unless.clear();
    }
    return schema_of(kept, Door::kServed);
  };
  return {{"description", "A point of the latent space: sample `index` of `seed`, or its coordinates."},
          {"oneOf", {one_of({"z"}, {"seed", "index"}), one_of({"seed", "index"}, {"z"})}}};
}

std::string flag_of(const std::string& field) {
  std::string flag = "--" + field;
  std::replace(flag.begin() + 2, flag.end(), '_', '-');
  return flag;
}

std::string default_text(const Field& field) {
  if (!field.info.usual.empty()) return field.info.usual;
  if (field.fallback.is_null() || field.kind == Kind::kBoolean) return {};
  return field.fallback.is_string() ? field.fallback.get<std::string>() : field.fallback.dump();
}

}  // namespace ganymede::operations
