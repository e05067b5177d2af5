// Answers as structs with field lists, as requests have them: their JSON and their schemas come from one list. No
// LibTorch here.
//
//   struct Accepted { static constexpr const char* kSchema = "Accepted"; std::string id; };
//   template <class V> void visit_fields(V& field, Accepted& a) { field("id", a.id, {.about = "of the run"}); }
//
// A member is a bool, a number, a text, an enumeration with names (config::Names), another such struct, a list or a map
// of texts to those; std::optional where it may be left out, Nullable where it may be null, nlohmann::json for an
// object that others define. A struct without kSchema is described where it is used.
#pragma once

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/config/fields.h"

namespace ganymede::serve {

struct AnswerInfo {
  std::string about = {};                      ///< one line, as a sentence; empty where the name says it
  bool deprecated = false;                     ///< an old name, still answered
  std::string encoding = {}, media_type = {};  ///< of a text that holds a file: "base64", "image/png"
};

/// null where it holds nothing; numbers that are not finite are null too.
template <class T>
struct Nullable {
  std::optional<T> value = {};
  Nullable() = default;
  Nullable(T given) : value(std::move(given)) {  // NOLINT: what answers give is given as it is
    if constexpr (std::is_floating_point_v<T>) {
      if (!std::isfinite(*value)) value.reset();
    }
  }
};

/// The schema of an answer, and those it refers to by name.
struct AnswerSchema {
  nlohmann::ordered_json schema = {};
  std::map<std::string, nlohmann::ordered_json> named = {};
};

namespace detail {

template <class T>
struct Shape {
  static constexpr bool list = false, map = false, optional = false, nullable = false;
};
template <class T>
struct Shape<std::vector<T>> : Shape<void> {
  static constexpr bool list = true;
  using Inner = T;
};
template <class T>
struct Shape<std::map<std::string, T>> : Shape<void> {
  static constexpr bool map = true;
  using Inner = T;
};
template <class T>
struct Shape<std::optional<T>> : Shape<void> {
  static constexpr bool optional = true;
  using Inner = T;
};
template <class T>
struct Shape<Nullable<T>> : Shape<void> {
  static constexpr bool nullable = true;
  using Inner = T;
};

template <class T>
nlohmann::json json_value(const T& value);

class AnswerWriter {
 public:
  template <class T>
  void operator()(const char* name, const T& value, const AnswerInfo& = {}) {
    if constexpr (Shape<T>::optional) {
      if (value) out_[name] = json_value(*value);
    } else {
      out_[name] = json_value(value);
    }
  }
  nlohmann::json take() { return std::move(out_); }

 private:
  nlohmann::json out_ = nlohmann::json::object();
};

template <class T>
nlohmann::json json_value(const T& value) {
  if constexpr (Shape<T>::nullable) {
    return value.value ? json_value(*value.value) : nlohmann::json();
  } else if constexpr (Shape<T>::list) {
    auto out = nlohmann::json::array();
    for (const auto& one : value) out.push_back(json_value(one));
    return out;
  } else if constexpr (Shape<T>::map) {
    auto out = nlohmann::json::object();
    for (const auto& [name, one] : value) out[name] = json_value(one);
    return out;
  } else if constexpr (std::is_enum_v<T>) {
    const char* name = config::name_of(value);
    return name == nullptr ? nlohmann::json() : nlohmann::json(name);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, nlohmann::json>) {
    return value;
  } else {
    AnswerWriter writer;
    T copy = value;  // field lists are written for structs that change
    visit_fields(writer, copy);
    return writer.take();
  }
}

template <class T>
nlohmann::ordered_json schema_of_value(AnswerSchema& out);

class SchemaWriter {
 public:
  explicit SchemaWriter(AnswerSchema& out) : out_(out) {}

  template <class T>
  void operator()(const char* name, const T&, const AnswerInfo& info = {}) {
    auto schema = [&] {
      if constexpr (Shape<T>::optional)
        return schema_of_value<typename Shape<T>::Inner>(out_);
      else
        return schema_of_value<T>(out_);
    }();
    if (!info.encoding.empty()) schema["contentEncoding"] = info.encoding;
    if (!info.media_type.empty()) schema["contentMediaType"] = info.media_type;
    if (!info.about.empty()) schema["description"] = info.about;
    if (info.deprecated) schema["deprecated"] = true;
    if (!Shape<T>::optional) required_.push_back(name);
    properties_[name] = std::move(schema);
  }
  nlohmann::ordered_json take() { return {{"type", "object"}, {"required", required_}, {"properties", properties_}}; }

 private:
  AnswerSchema& out_;
  nlohmann::ordered_json required_ = nlohmann::ordered_json::array(), properties_ = nlohmann::ordered_json::object();
};

template <class T>
nlohmann::ordered_json schema_of_struct(AnswerSchema& out) {
  T sample{};
  SchemaWriter writer(out);
  visit_fields(writer, sample);
  return writer.take();
}

template <class T>
nlohmann::ordered_json schema_of_value(AnswerSchema& out) {
  using nlohmann::ordered_json;
  const auto type = [](const char* name) { return ordered_json::object({{"type", name}}); };
  if constexpr (Shape<T>::nullable) {
    auto schema = schema_of_value<typename Shape<T>::Inner>(out);
    if (schema.contains("type")) schema["type"] = ordered_json::array({schema["type"], "null"});
    return schema;
  } else if constexpr (Shape<T>::list) {
    auto schema = type("array");
    schema["items"] = schema_of_value<typename Shape<T>::Inner>(out);
    return schema;
  } else if constexpr (Shape<T>::map) {
    auto schema = type("object");
    schema["additionalProperties"] = schema_of_value<typename Shape<T>::Inner>(out);
    return schema;
  } else if constexpr (std::is_enum_v<T>) {
    return ordered_json::object({{"enum", config::all_names<T>()}});
  } else if constexpr (std::is_same_v<T, bool>) {
    return type("boolean");
  } else if constexpr (std::is_integral_v<T>) {
    return type("integer");
  } else if constexpr (std::is_floating_point_v<T>) {
    return type("number");
  } else if constexpr (std::is_same_v<T, std::string>) {
    return type("string");
  } else if constexpr (std::is_same_v<T, nlohmann::json>) {
    return type("object");
  } else if constexpr (requires { T::kSchema; }) {
    if (!out.named.contains(T::kSchema)) {
      out.named[T::kSchema] = {};  // a struct may hold itself
      out.named[T::kSchema] = schema_of_struct<T>(out);
    }
    return ordered_json::object({{"$ref", std::string("#/components/schemas/") + T::kSchema}});
  } else {
    return schema_of_struct<T>(out);
  }
}

}  // namespace detail

template <class Answer>
nlohmann::json json_of(const Answer& answer) {
  return detail::json_value(answer);
}

template <class Answer>
AnswerSchema schema_of_answer() {
  AnswerSchema out;
  out.schema = detail::schema_of_value<Answer>(out);
  return out;
}

}  // namespace ganymede::serve
