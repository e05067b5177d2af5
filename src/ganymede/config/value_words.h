// What a value of a recipe may be, in words: "whole number, 1 to 64".
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "ganymede/config/names.h"
#include "ganymede/config/range.h"

namespace ganymede::config {

/// No condition on the value.
struct Any {};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// A field of a recipe as a reference page lists it.
struct FieldRow {
  std::string key;
  std::string value;  ///< in words
  std::string usual;  ///< the default in TOML; empty where there is none
  std::string about;  ///< one line without a full stop; empty where the field list says nothing
};

/// "`normal`, `uniform`".
std::string words_of_names(const std::vector<std::string>& names);
/// ", 1 to 64".
std::string words_of(Range range);
/// ", 8 or 16".
std::string words_of(EitherOf values);
inline std::string words_of(Any) {
  return "";
}

/// The words for a type alone. Types with a syntax of their own say it in kWords.
template <class T>
std::string type_words() {
  if constexpr (IsOptional<T>::value) {
    return type_words<typename T::value_type>();
  } else if constexpr (IsVector<T>::value) {
    return "list: " + type_words<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_integral_v<T>) {
    return "whole number";
  } else if constexpr (std::is_floating_point_v<T>) {
    return "number";
  } else if constexpr (std::is_enum_v<T>) {
    return words_of_names(all_names<T>());
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "text";
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    return "path";
  } else if constexpr (requires { T::known(); }) {
    return words_of_names(T::known());
  } else {
    return T::kWords;
  }
}

template <class T, class Check>
std::string value_words(Check check) {
  return type_words<T>() + words_of(check);
}

}  // namespace ganymede::config
