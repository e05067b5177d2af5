// JSON from outside: nothing nests deeper than what is written and compared by recursion can bear.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ganymede {

/// Throws Error, at `where`, for text that is no JSON, holds a number too large for a double, or nests more than
/// `deepest` lists and objects within each other.
nlohmann::json parse_json(std::string_view text, const std::string& where, int deepest = 32);

}  // namespace ganymede
