// A request's field list as data: what the command line, the REST API, its OpenAPI description and the reference pages
// are made from. No LibTorch here.
//
//   template <class V> void visit_fields(V& field, GenerateRequest& r) {
//     field("count", r.count, {.about = "how many images", .range = in_range(1, 100000), .served = in_range(1, 64)});
//   }
//
// fields_of(request) lists them; read_json() and assign_text() fill the request they were made from.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "ganymede/config/field_info.h"
#include "ganymede/config/names.h"
#include "ganymede/core/error.h"

namespace ganymede::operations {

using config::FieldInfo;
using config::in_range;
using config::Range;

/// A value of a request that cannot be meant. where() is the field's name; "points[2].seed" inside a list.
class FieldError : public UsageError {
 public:
  /// `problem` reads on behind the name: "must be a whole number from 1 to 64".
  FieldError(const std::string& field, std::string problem, std::string hint = {});
};

/// Who fills a request: a program on this machine, or a client of a server, whose ranges are narrower.
enum class Door { kLocal, kServed };

enum class Kind { kInteger, kNumber, kBoolean, kText, kChoice, kTexts, kNumbers, kVectors, kPoints };

struct Field {
  std::string name;
  FieldInfo info;
  Kind kind = Kind::kText;
  std::vector<std::string> choices = {};  ///< of Kind::kChoice
  nlohmann::json fallback = {};           ///< the default; null where there is none
  /// Checks a value and puts it into the request; throws FieldError that names the field `name`.
  std::function<void(const nlohmann::json& value, const std::string& name, Door door)> assign = {};

  std::optional<Range> range(Door door) const {
    return door == Door::kServed && info.served ? info.served : info.range;
  }
  /// What the text, or each of the list's, has to be.
  const config::TextRule* text_rule(Door door) const {
    return door == Door::kServed && info.served_text ? &*info.served_text : nullptr;
  }
  bool required(Door door) const { return info.required || (door == Door::kServed && info.required_of_clients); }
  bool offered(Door door) const { return door == Door::kLocal || !info.local; }
  /// What it was called before.
  std::vector<std::string> old_names() const;
  /// Not of a seed: JavaScript sends null for a number that is none, and any image would look like the answer.
  bool null_is_absent() const;
  /// `fallback`, or of a number what is nearest to it in the door's range.
  nlohmann::json default_at(Door door) const;
};
using FieldList = std::vector<Field>;

/// "must be a whole number from 1 to 64": what a value of the field has to be.
std::string requirement_of(const Field& field, Door door);

namespace detail {

struct Asked {
  const Field& field;
  const std::string& name;
  Door door;
  [[noreturn]] void refuse() const { throw FieldError(name, requirement_of(field, door)); }
};

template <class T>
struct PlainOf {
  using type = T;
};
template <class T>
struct PlainOf<std::optional<T>> {
  using type = T;
};

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_same_v<T, bool>)
    return Kind::kBoolean;
  else if constexpr (std::is_integral_v<T>)
    return Kind::kInteger;
  else if constexpr (std::is_floating_point_v<T>)
    return Kind::kNumber;
  else if constexpr (std::is_enum_v<T>)
    return Kind::kChoice;
  else if constexpr (std::is_same_v<T, std::string>)
    return Kind::kText;
  else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    return Kind::kTexts;
  else if constexpr (std::is_same_v<T, std::vector<float>>)
    return Kind::kNumbers;
  else if constexpr (std::is_same_v<T, std::vector<std::vector<float>>>)
    return Kind::kVectors;
  else
    return Kind::kPoints;
}

bool boolean_of(const nlohmann::json& value, const Asked& asked);
double number_of(const nlohmann::json& value, const Asked& asked);
std::string text_of(const nlohmann::json& value, const Asked& asked);
/// One of the field's choices.
std::string choice_of(const nlohmann::json& value, const Asked& asked);
/// `value`, when it is a list of as many entries as the field may have.
const nlohmann::json& list_of(const nlohmann::json& value, const Asked& asked);
std::vector<std::string> texts_of(const nlohmann::json& value, const Asked& asked);
std::vector<float> numbers_of(const nlohmann::json& value, const Asked& asked);
std::vector<std::vector<float>> vectors_of(const nlohmann::json& value, const Asked& asked);

template <class T>
T integer_of(const nlohmann::json& value, const Asked& asked) {
  const auto checked = [&](auto whole) {
    const auto range = asked.field.range(asked.door);
    const auto number = static_cast<double>(whole);
    if (!std::in_range<T>(whole) || (range && !(number >= range->low && number <= range->high))) asked.refuse();
    const auto& values = asked.field.info.values;
    if (!values.empty() && std::find(values.begin(), values.end(), whole) == values.end()) asked.refuse();
    return static_cast<T>(whole);
  };
  if (value.is_number_unsigned()) return checked(value.get<std::uint64_t>());
  if (value.is_number_integer()) return checked(value.get<std::int64_t>());
  const double number = value.is_number() ? value.get<double>() : NAN;
  constexpr double kExact = 9007199254740992;  // beyond it a double skips whole numbers
  if (!(std::floor(number) == number && std::abs(number) <= kExact)) asked.refuse();
  return checked(static_cast<std::int64_t>(number));
}

template <class T>
void assign(T& out, const nlohmann::json& value, const Asked& asked) {
  using Plain = typename PlainOf<T>::type;
  constexpr Kind kind = kind_of<Plain>();
  if constexpr (kind == Kind::kBoolean)
    out = boolean_of(value, asked);
  else if constexpr (kind == Kind::kInteger)
    out = integer_of<Plain>(value, asked);
  else if constexpr (kind == Kind::kNumber)
    out = number_of(value, asked);
  else if constexpr (kind == Kind::kChoice)
    out = *config::value_named<Plain>(choice_of(value, asked));
  else if constexpr (kind == Kind::kText)
    out = text_of(value, asked);
  else if constexpr (kind == Kind::kTexts)
    out = texts_of(value, asked);
  else if constexpr (kind == Kind::kNumbers)
    out = numbers_of(value, asked);
  else if constexpr (kind == Kind::kVectors)
    out = vectors_of(value, asked);
  else {
    T entries;
    for (const auto& entry : list_of(value, asked)) {
      const std::string name = asked.name + "[" + std::to_string(entries.size()) + "]";
      entries.push_back(T::value_type::from_json(entry, name, asked.door));
    }
    out = std::move(entries);
  }
}

/// The names that a choice may have.
template <class Enum>
std::vector<std::string> choices_of(const FieldInfo& info) {
  return info.choices.empty() ? config::all_names<Enum>() : info.choices;
}

template <class T>
nlohmann::json written(const T& value) {
  constexpr Kind kind = kind_of<T>();
  if constexpr (!std::is_same_v<T, typename PlainOf<T>::type>) {
    return value ? written(*value) : nlohmann::json();
  } else if constexpr (kind == Kind::kBoolean || kind == Kind::kInteger || kind == Kind::kNumber) {
    return value;
  } else if constexpr (kind == Kind::kChoice) {
    const char* name = config::name_of(value);
    return name == nullptr ? nlohmann::json() : nlohmann::json(name);
  } else if constexpr (kind == Kind::kText) {
    return value.empty() ? nlohmann::json() : nlohmann::json(value);
  } else {
    return nullptr;
  }
}

}  // namespace detail

/// Makes a Field of each call; the request must outlive the fields.
class FieldCollector {
 public:
  template <class T>
  void operator()(const char* name, T& value, FieldInfo info) {
    using Plain = typename detail::PlainOf<T>::type;
    Field field{.name = name, .info = std::move(info), .kind = detail::kind_of<Plain>()};
    if constexpr (std::is_enum_v<Plain>) field.choices = detail::choices_of<Plain>(field.info);
    if (!field.info.required) field.fallback = detail::written(value);
    Field description = field;
    field.assign = [&value, description](const nlohmann::json& given, const std::string& full_name, Door door) {
      detail::assign(value, given, {description, full_name, door});
    };
    fields_.push_back(std::move(field));
  }
  FieldList take() { return std::move(fields_); }

 private:
  FieldList fields_;
};

/// The fields of a request, bound to it; their defaults are the values it has now.
template <class Request>
FieldList fields_of(Request& request) {
  FieldCollector collector;
  visit_fields(collector, request);
  return collector.take();
}

/// Fills the request behind `fields` from an object: the fields of one door, by their names or old names; null counts
/// as absent, but not as a seed, and what is absent gets the door's default. Throws FieldError for a wrong value, a
/// missing one, and a name nobody knows (with the nearest); `prefix` stands before the names in messages.
void read_json(const nlohmann::json& object, const FieldList& fields, Door door, const std::string& prefix = {});

/// Fills one field from the text of a command line: "64", "true", "spherical", points as "0,1" or "7:0,7:1", and lists
/// as JSON too. Throws FieldError.
void assign_text(const Field& field, const std::string& text);

}  // namespace ganymede::operations
