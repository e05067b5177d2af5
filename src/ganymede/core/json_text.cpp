#include "ganymede/core/json_text.h"

#include <fmt/format.h>

#include "ganymede/core/error.h"

namespace ganymede {

using nlohmann::json;

json parse_json(std::string_view text, const std::string& where, int deepest) {
  try {
    return json::parse(text.begin(), text.end(), [&](int depth, json::parse_event_t, const json&) {
      if (depth > deepest) throw Error(fmt::format("the JSON is nested more than {} deep", deepest), where);
      return true;
    });
  } catch (const json::parse_error& error) {
    throw Error(fmt::format("not JSON, at byte {}", error.byte), where);
  } catch (const json::exception&) {
    throw Error("the JSON holds a number that is too large", where);
  }
}

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace ganymede
