// The JSON body of a request, field by field: every wrong value is a Problem 422 that names its field.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

class Fields {
 public:
  /// Throws Problem 415 for another content type, 400 for text that is no JSON or nested too deeply, 422 for JSON that
  /// is no object.
  explicit Fields(const Request& request);
  /// For an object within the body; `name` comes before its fields' names in messages.
  Fields(const nlohmann::json& object, std::string name);

  bool has(const std::string& name);
  std::int64_t integer(const std::string& name, std::int64_t low, std::int64_t high);
  std::int64_t integer(const std::string& name, std::int64_t low, std::int64_t high, std::int64_t fallback);
  std::uint64_t seed(const std::string& name, std::uint64_t fallback);
  double number(const std::string& name, double low, double high, double fallback);
  bool boolean(const std::string& name, bool fallback);
  std::string text(const std::string& name, const std::string& fallback);
  /// One of `choices`.
  std::string choice(const std::string& name, const std::vector<std::string>& choices, const std::string& fallback);
  /// A list of `least` to `most` entries.
  const nlohmann::json& list(const std::string& name, std::size_t least, std::size_t most);
  /// A list of lists of `width` finite numbers, `least` to `most` of them.
  std::vector<std::vector<float>> vectors(const std::string& name, std::size_t least, std::size_t most,
                                          std::size_t width);

  /// "name", or "outer.name" within another field.
  std::string full_name(const std::string& name) const { return prefix_ + name; }
  /// Throws Problem 422 for a field nobody asked for, naming the nearest known one.
  void finish() const;

 private:
  const nlohmann::json* find(const std::string& name);
  [[noreturn]] void refuse(const std::string& name, const std::string& detail) const;

  nlohmann::json object_;
  std::string prefix_;
  std::set<std::string> asked_;
};

}  // namespace ganymede::serve
