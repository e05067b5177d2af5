#include "ganymede/operations/field.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "ganymede/config/seed.h"
#include "ganymede/config/text_rule.h"

namespace ganymede::operations {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestNamed = 64;  ///< characters of a name nobody knows that a message repeats

/// "7", "0.25"; what no number of 64 bits is above needs no limit.
std::string limits(Range range) {
  constexpr double kNoLimit = 1e18;
  if (range.high >= kNoLimit) return fmt::format("from {}", range.low);
  return fmt::format("from {} to {}", range.low, range.high);
}

template <class Number>
json parsed_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? json(value)
                                                                                   : json(std::string(text));
}

/// A text as the JSON value that it writes; a text that writes none stays one, and its field refuses it.
json number_text(const std::string& text) {
  for (const json& value :
       {parsed_number<std::uint64_t>(text), parsed_number<std::int64_t>(text), parsed_number<double>(text)}) {
    if (value.is_number()) return value;
  }
  return text;
}

/// "3,5" or "7:3,7:5" as a list of objects.
json points_text(const Field& field, const std::string& text) {
  json out = json::array();
  const auto number = [&](std::string_view part) {
    json value = parsed_number<std::uint64_t>(part);
    if (value.is_number()) return value;
    throw FieldError(field.name, fmt::format("'{}' names no points", part),
                     "name them by index, '0,1,2', or by seed and index, '7:0,7:1'");
  };
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = std::string_view(text).substr(begin, end - begin);
    const size_t colon = part.find(':');
    if (colon == std::string_view::npos)
      out.push_back({{"index", number(part)}});
    else
      out.push_back({{"seed", config::parse_seed(std::string(part.substr(0, colon)), "--" + field.name)},
                     {"index", number(part.substr(colon + 1))}});
    begin = end + 1;
  }
  return out;
}

struct Given {
  std::string name;  ///< the field's, or an old one: what the caller wrote
  json value = {};
};

/// The value that stands under the field's name, or under one of its old ones, if any does.
std::optional<Given> value_in(const json& object, const Field& field, const std::string& prefix) {
  std::optional<Given> given;
  const auto look = [&](const std::string& name) {
    const auto found = object.find(name);
    if (found == object.end() || (found->is_null() && field.null_is_absent())) return;
    if (given) throw FieldError(prefix + name, fmt::format("is the old name of '{}': give one of them", field.name));
    given = Given{name, *found};
  };
  look(field.name);
  for (const auto& name : field.old_names()) look(name);
  if (!given || given->name != field.info.old_switch) return given;
  if (!given->value.is_boolean()) throw FieldError(prefix + given->name, "must be true or false");
  if (!given->value.get<bool>()) return std::nullopt;
  given->value = given->name;
  return given;
}

/// Of a text, or of each text of a list.
std::string text_requirement(const Field& field, Door door) {
  const auto* rule = field.text_rule(door);
  return rule == nullptr ? "must be a text" : "must be " + config::words_of(*rule);
}

}  // namespace

FieldError::FieldError(const std::string& field, std::string problem, std::string hint)
    : UsageError(std::move(problem), field, std::move(hint)) {}

std::vector<std::string> Field::old_names() const {
  auto names = info.old_names;
  if (!info.old_switch.empty()) names.push_back(info.old_switch);
  return names;
}

bool Field::null_is_absent() const {
  const auto limits = range(Door::kServed);
  return !(limits && limits->high == static_cast<double>(config::kLargestSeed));
}

json Field::default_at(Door door) const {
  const auto limits = range(door);
  if (!limits || !fallback.is_number()) return fallback;
  const double given = fallback.get<double>(), nearest = std::clamp(given, limits->low, limits->high);
  if (nearest == given) return fallback;
  return kind == Kind::kInteger ? json(static_cast<std::int64_t>(nearest)) : json(nearest);
}

std::string requirement_of(const Field& field, Door door) {
  const auto range = field.range(door);
  switch (field.kind) {
    case Kind::kInteger:
      if (!field.info.values.empty()) return fmt::format("must be {}", fmt::join(field.info.values, " or "));
      if (range && range->high == static_cast<double>(config::kLargestSeed)) return config::kSeedRule;
      return range ? "must be a whole number " + limits(*range) : "must be a whole number";
    case Kind::kNumber:
      return range ? "must be a number " + limits(*range) : "must be a number";
    case Kind::kBoolean:
      return "must be true or false";
    case Kind::kText:
      return text_requirement(field, door);
    case Kind::kChoice:
      return fmt::format("must be one of {}", fmt::join(field.choices, ", "));
    default:
      break;
  }
  return range ? fmt::format("must be a list of {:.0f} to {:.0f}", range->low, range->high) : "must be a list";
}

namespace detail {

bool boolean_of(const json& value, const Asked& asked) {
  if (!value.is_boolean()) asked.refuse();
  return value.get<bool>();
}

double number_of(const json& value, const Asked& asked) {
  const double number = value.is_number() ? value.get<double>() : NAN;
  const auto range = asked.field.range(asked.door);
  if (!std::isfinite(number) || (range && !(number >= range->low && number <= range->high))) asked.refuse();
  return number;
}

std::string text_of(const json& value, const Asked& asked) {
  if (asked.field.info.or_number && value.is_number_integer()) return value.dump();
  if (!value.is_string()) throw FieldError(asked.name, "must be a text");
  const auto* rule = asked.field.text_rule(asked.door);
  auto text = value.get<std::string>();
  if (rule != nullptr && !config::fits(*rule, text))
    throw FieldError(asked.name, text_requirement(asked.field, asked.door));
  return text;
}

std::string choice_of(const json& value, const Asked& asked) {
  const auto& choices = asked.field.choices;
  if (!value.is_string() || std::find(choices.begin(), choices.end(), value.get<std::string>()) == choices.end()) {
    asked.refuse();
  }
  return value.get<std::string>();
}

const json& list_of(const json& value, const Asked& asked) {
  const auto range = asked.field.range(asked.door);
  if (!value.is_array()) asked.refuse();
  const auto count = static_cast<double>(value.size());
  if (range && (count < range->low || count > range->high)) {
    throw FieldError(asked.name, requirement_of(asked.field, asked.door),
                     range->low == 2 && count < 2 ? "name two or more" : "");
  }
  return value;
}

std::vector<std::string> texts_of(const json& value, const Asked& asked) {
  std::vector<std::string> out;
  for (const auto& entry : list_of(value, asked)) {
    if (!entry.is_string()) throw FieldError(asked.name, "must hold texts only");
    const std::string name = fmt::format("{}[{}]", asked.name, out.size());
    out.push_back(text_of(entry, {asked.field, name, asked.door}));
  }
  return out;
}

std::vector<float> finite(const json& row, const Asked& asked) {
  std::vector<float> out;
  for (const auto& cell : row) {
    out.push_back(cell.is_number() ? cell.get<float>() : NAN);
    if (!std::isfinite(out.back())) throw FieldError(asked.name, "must hold finite numbers only");
  }
  return out;
}

std::vector<float> numbers_of(const json& value, const Asked& asked) {
  return finite(list_of(value, asked), asked);
}

std::vector<std::vector<float>> vectors_of(const json& value, const Asked& asked) {
  std::vector<std::vector<float>> out;
  for (const auto& row : list_of(value, asked)) {
    if (!row.is_array()) throw FieldError(asked.name, "must be a list of vectors");
    out.push_back(finite(row, asked));
  }
  return out;
}

}  // namespace detail

void read_json(const json& object, const FieldList& fields, Door door, const std::string& prefix) {
  if (!object.is_object()) throw FieldError(prefix, "must be an object");
  const std::string before = prefix.empty() ? "" : prefix + ".";
  std::vector<std::string> known;
  std::set<std::string> understood;
  for (const auto& field : fields) {
    if (!field.offered(door)) continue;
    known.push_back(field.name);
    understood.insert(field.name);
    const auto old = field.old_names();
    understood.insert(old.begin(), old.end());
  }
  for (const auto& [name, value] : object.items()) {
    if (understood.contains(name)) continue;
    const std::string shown = name.size() > kLongestNamed ? name.substr(0, kLongestNamed) + "..." : name;
    throw FieldError(before + shown, "is not known; " + suggest(shown, known));
  }
  const auto given = [&](const std::string& name) { return object.contains(name) && !object.at(name).is_null(); };
  for (const auto& field : fields) {
    if (!field.offered(door)) continue;
    if (const auto found = value_in(object, field, before)) {
      field.assign(found->value, before + found->name, door);
    } else if (field.required(door) && std::none_of(field.info.unless.begin(), field.info.unless.end(), given)) {
      throw FieldError(before + field.name, "is missing; it " + requirement_of(field, door));
    } else if (const json usual = field.default_at(door); usual != field.fallback) {
      field.assign(usual, before + field.name, door);
    }
  }
}

void assign_text(const Field& field, const std::string& text) {
  if (field.info.seed) return field.assign(config::parse_seed(text, "--" + field.name), field.name, Door::kLocal);
  json value = text;
  const bool list = !text.empty() && (text.front() == '[' || text.front() == '{');
  switch (field.kind) {
    case Kind::kInteger:
    case Kind::kNumber:
      value = number_text(text);
      break;
    case Kind::kBoolean:
      if (text == "true" || text == "false") value = text == "true";
      break;
    case Kind::kTexts:
    case Kind::kNumbers:
    case Kind::kVectors:
    case Kind::kPoints:
      if (list) {
        value = json::parse(text, nullptr, /*allow_exceptions=*/false);
        if (value.is_discarded()) throw FieldError(field.name, "is not JSON");
      } else if (field.kind == Kind::kPoints) {
        value = points_text(field, text);
      }
      break;
    default:
      break;
  }
  field.assign(value, field.name, Door::kLocal);
}

}  // namespace ganymede::operations
