#include "ganymede/serve/body.h"

#include <fmt/format.h>

namespace ganymede::serve {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 8;

bool is_json_type(const std::string& content_type) {
  std::string type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  for (char& c : type) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return type == "application/json";
}

json parse(const Request& request) {
  if (!is_json_type(request.header("content-type")))
    throw Problem(415, "the body must be of the type application/json");
  try {
    return json::parse(request.body, [](int depth, json::parse_event_t, json&) {
      if (depth > kMaxDepth) throw Problem(400, fmt::format("the body is nested more than {} deep", kMaxDepth));
      return true;
    });
  } catch (const json::parse_error& error) {
    throw Problem(400, fmt::format("the body is not JSON, at byte {}", error.byte));
  } catch (const json::exception&) {
    throw Problem(400, "the body holds a number that is too large");
  }
}

}  // namespace

json body_of(const Request& request) {
  json body = parse(request);
  if (!body.is_object()) throw Problem(422, "the body must be a JSON object");
  return body;
}

void read_body(const Request& request, const operations::FieldList& fields) {
  operations::read_json(body_of(request), fields, operations::Door::kServed);
}

}  // namespace ganymede::serve
