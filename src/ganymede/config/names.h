// The names that the values of an enumeration have wherever users write them. Installed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ganymede::config {

/// Specialise with `static constexpr std::array<std::pair<const char*, E>, N> values`.
template <class E>
struct Names;

/// The value of that name, if there is one.
template <class T>
std::optional<T> value_named(const std::string& name) {
  for (const auto& [label, value] : Names<T>::values) {
    if (name == label) return value;
  }
  return std::nullopt;
}

/// The name of a value; null for one that has none.
template <class T>
const char* name_of(const T& value) {
  for (const auto& [label, one] : Names<T>::values) {
    if (one == value) return label;
  }
  return nullptr;
}

template <class T>
std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const auto& [label, value] : Names<T>::values) names.emplace_back(label);
  return names;
}

}  // namespace ganymede::config
