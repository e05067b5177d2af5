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

ordered_json value_schema(const Field& field, Door door) {
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

}  // namespace

ordered_json schema_of(const FieldList& fields, Door door) {
  ordered_json properties = ordered_json::object(), required = ordered_json::array();
  for (const auto& field : fields) {
    if (!field.offered(door)) continue;
    properties[field.name] = value_schema(field, door);
    if (field.required(door) && field.info.unless.empty()) required.push_back(field.name);
    for (const auto& old : field.info.old_names) {
      auto& schema = properties[old] = value_schema(field, door);
      schema["deprecated"] = true;
      schema["description"] = "The old name of `" + field.name + "`.";
    }
    if (const auto& old = field.info.old_switch; !old.empty()) {
      properties[old] = {{"type", "boolean"},
                         {"description", fmt::format("The old name of `{}`: true is \"{}\".", field.name, old)},
                         {"deprecated", true}};
    }
  }
  ordered_json schema{{"type", "object"}, {"additionalProperties", false}, {"properties", properties}};
  if (!required.empty()) schema["required"] = required;
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
    ordered_json schema = schema_of(kept, Door::kServed);
    schema["required"] = required;
    return schema;
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
