// One field list per option struct serves reading, defaults, ranges, unknown keys and writing back.
//
//   template <class V> void visit_fields(V& field, DenseOptions& o) {
//     field("dense", o.units, in_range(1, 1 << 20), "features that come out");
//     field("bias", o.bias, "adds a bias");
//   }
//
// A FieldReader fills the struct from a TOML table and rejects what it does not know, or lists the fields for a
// reference page; a FieldWriter lists every field with its value, so that a resolved recipe shows each default.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ganymede/config/toml.h"
#include "ganymede/config/value_words.h"
#include "ganymede/core/error.h"

namespace ganymede::config {

/// Where a table stands, for messages: "line 12 of my.toml, [train]".
struct Place {
  std::string file;        ///< file name, "shipped recipe NAME" or "--set"
  std::string section;     ///< "[train]", "[generator] layer 3"
  std::uint32_t line = 0;  ///< for nodes that do not know their own; 0 where there is none
  std::string at(const toml::node* node) const;
};

/// "is 7, which is outside 8 to 16"; empty where it is not.
std::string out_of_range(double value, Range range);
std::string out_of_range(double value, EitherOf values);

/// Lists fields as "key = value" in TOML syntax, in the order of the field list; empty optionals are left out.
class FieldWriter {
 public:
  template <class T, class Check = Any>
  void operator()(const char* key, const T& value, Check = {}, const char* = "") {
    if constexpr (IsOptional<T>::value) {
      if (!value) return;
    }
    entries_.emplace_back(key, format(value));
  }

  const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }
  /// One "key = value" a line.
  std::string as_lines() const;
  /// "{ key = value, key = value }".
  std::string as_inline_table() const;
  toml::table as_table() const { return toml::parse(as_lines()); }

  /// The value as such a line has it; empty for an optional that is.
  template <class T>
  static std::string format(const T& value) {
    if constexpr (IsOptional<T>::value) {
      return value ? format(*value) : "";
    } else if constexpr (IsVector<T>::value) {
      std::string out = "[";
      for (const auto& item : value) out += (out.size() > 1 ? ", " : "") + format(item);
      return out + "]";
    } else if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      return number(value);
    } else if constexpr (std::is_enum_v<T>) {
      const char* label = name_of(value);
      return quote(label == nullptr ? "?" : label);
    } else if constexpr (std::is_same_v<T, std::string>) {
      return quote(value);
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
      return quote(value.string());
    } else if constexpr (requires { T::known(); }) {
      return quote(value.text());
    } else {
      return value.to_toml();
    }
  }

 private:
  static std::string quote(const std::string& text);
  static std::string number(double value);

  std::vector<std::pair<std::string, std::string>> entries_;
};

struct OptionTable;

class FieldReader {
 public:
  /// `table` must outlive the reader.
  FieldReader(const toml::table& table, Place place) : table_(table), place_(std::move(place)) {}
  /// Of a table that may have lists of tables among its options (option_table.h).
  explicit FieldReader(const OptionTable& table);
  /// Reads nothing: lists the fields, with their defaults, in `rows`, which must outlive the reader.
  explicit FieldReader(std::vector<FieldRow>& rows);

  template <class T>
  void operator()(const char* key, T& value, const char* about) {
    (*this)(key, value, Any{}, about);
  }
  template <class T, class Check = Any>
  void operator()(const char* key, T& value, Check check = {}, const char* about = "") {
    if (rows_ != nullptr) {
      rows_->push_back({key, value_words<T>(check), FieldWriter::format(value), about});
      return;
    }
    known_.emplace_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) return;
    if constexpr (requires(const std::vector<OptionTable>& tables) { T::from_tables(tables); }) {
      value = T::from_tables(list(key));
    } else {
      convert(key, *node, value, check);
    }
  }

  /// Makes `key` a known one without reading it.
  void expect(const char* key) { known_.emplace_back(key); }
  /// True when the table itself holds `key` (rather than the default standing).
  bool given(const char* key) const { return table_.contains(key); }
  /// Throws UsageError naming the first unknown key and the nearest known one.
  void reject_unknown() const;
  /// A UsageError about `key`, with its place.
  [[noreturn]] void fail(const char* key, const std::string& problem) const;

 private:
  std::string at(const char* key) const;
  [[noreturn]] void wrong_type(const char* key, const toml::node& node, const char* expected) const;
  std::int64_t integer(const char* key, const toml::node& node) const;
  double number(const char* key, const toml::node& node) const;
  bool boolean(const char* key, const toml::node& node) const;
  std::string text(const char* key, const toml::node& node) const;
  const toml::array& array(const char* key, const toml::node& node) const;
  const std::vector<OptionTable>& list(const char* key) const;
  template <class Check>
  void check_range(const char* key, double value, Check check) const {
    if constexpr (!std::is_same_v<Check, Any>) {
      if (const std::string problem = out_of_range(value, check); !problem.empty()) fail(key, problem);
    }
  }
  [[noreturn]] void unknown_name(const char* key, const std::string& name, const std::vector<std::string>& known) const;

  template <class T, class Check>
  void convert(const char* key, const toml::node& node, T& value, Check check) {
    if constexpr (IsOptional<T>::value) {
      typename T::value_type inner{};
      convert(key, node, inner, check);
      value = std::move(inner);
    } else if constexpr (IsVector<T>::value) {
      T items;
      for (const auto& element : array(key, node)) {
        typename T::value_type item{};
        convert(key, element, item, check);
        items.push_back(std::move(item));
      }
      value = std::move(items);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = boolean(key, node);
    } else if constexpr (std::is_integral_v<T>) {
      const std::int64_t whole = integer(key, node);
      check_range(key, static_cast<double>(whole), check);
      if (!std::in_range<T>(whole)) fail(key, "is out of range");
      value = static_cast<T>(whole);
    } else if constexpr (std::is_floating_point_v<T>) {
      value = number(key, node);
      check_range(key, value, check);
    } else if constexpr (std::is_enum_v<T>) {
      const std::string name = text(key, node);
      const auto found = value_named<T>(name);
      if (!found) unknown_name(key, name, all_names<T>());
      value = *found;
    } else if constexpr (std::is_same_v<T, std::string>) {
      value = text(key, node);
    } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
      value = text(key, node);
    } else if constexpr (requires { T::known(); }) {
      const std::string name = text(key, node);
      const auto known = T::known();
      if (std::find(known.begin(), known.end(), name) == known.end()) unknown_name(key, name, known);
      value = T(name);
    } else {
      value = T::from_node(node, [&](const std::string& problem) { fail(key, problem); });
      if constexpr (requires { value.largest(); }) check_range(key, value.largest(), check);
    }
  }

  const toml::table& table_;
  const OptionTable* whole_ = nullptr;
  std::vector<FieldRow>* rows_ = nullptr;
  Place place_;
  std::vector<std::string> known_;
};

/// Checks the numbers of a struct that was not read, as FieldReader does: throws UsageError at `section`, "[data]".
class RangeChecker {
 public:
  explicit RangeChecker(std::string section) : section_(std::move(section)) {}

  template <class T>
  void operator()(const char*, const T&, const char*) const {}
  template <class T, class Check = Any>
  void operator()(const char* key, const T& value, Check check = {}, const char* = "") const {
    if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<Check, Any>) {
      const std::string problem = out_of_range(static_cast<double>(value), check);
      if (!problem.empty()) throw UsageError(std::string("'") + key + "' " + problem, section_);
    }
  }

 private:
  std::string section_;
};

}  // namespace ganymede::config
