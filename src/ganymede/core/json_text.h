// JSON from and for outside: nothing nests deeper than what is written and compared by recursion can bear.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ganymede {

/// Throws Error, at `where`, for text that is no JSON, holds a number too large for a double, or nests more than
/// `deepest` lists and objects within each other.
nlohmann::json parse_json(std::string_view text, const std::string& where, int deepest = 32);

/// The text under `key` of an object; empty where there is none, or something else.
std::string text_at(const nlohmann::json& object, const char* key);

/// As a file that people read too: indented, with a line end. Bytes that are no UTF-8 become U+FFFD.
template <class Json>
std::string json_file_text(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ganymede
