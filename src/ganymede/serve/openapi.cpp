#include "ganymede/serve/openapi.h"

#include <set>

#include "ganymede/operations/descriptions.h"
#include "ganymede/serve/assets.h"

namespace ganymede::serve {
namespace {

using nlohmann::ordered_json;

/// The statuses other than success that a route can answer with.
std::set<int> problems_of(const Router::Route& route) {
  const auto& about = *route.about;
  std::set<int> out{400, 408, 413, 431, 500, 503};
  if (!about.open) out.insert({401, 421, 429});
  for (const auto& segment : route.segments) {
    if (is_place(segment)) out.insert(404);
  }
  if (about.body) out.insert({415, 422});
  if (!about.parameters.empty()) out.insert(422);
  out.insert(about.problems.begin(), about.problems.end());
  return out;
}

ordered_json place_parameter(const std::string& name) {
  const std::string about = name == "file" ? "One of the run's `samples` or `images`." : "As listed.";
  return {{"name", name},
          {"in", "path"},
          {"required", true},
          {"description", about},
          {"schema", ordered_json::object({{"type", "string"}})}};
}

ordered_json success_of(const RouteAbout& about) {
  ordered_json out{{"description", about.answer}};
  if (!about.headers.empty()) out["headers"] = about.headers;
  for (const auto& [type, schema] : about.content) out["content"][type]["schema"] = schema;
  return out;
}

ordered_json path_operation(const Router::Route& route) {
  const auto& about = *route.about;
  ordered_json out{{"operationId", about.id}, {"summary", about.summary}};
  if (about.deprecated) out["deprecated"] = true;
  ordered_json parameters = ordered_json::array();
  for (const auto& segment : route.segments) {
    if (is_place(segment)) parameters.push_back(place_parameter(segment.substr(1, segment.size() - 2)));
  }
  for (const auto& parameter : about.parameters) parameters.push_back(parameter);
  if (!parameters.empty()) out["parameters"] = parameters;
  if (about.body) {
    out["requestBody"]["required"] = true;
    out["requestBody"]["content"]["application/json"]["schema"] = *about.body;
  }
  out["responses"][std::to_string(about.status)] = success_of(about);
  for (const int status : problems_of(route)) {
    const std::string name = std::to_string(status);
    out["responses"][name]["$ref"] = "#/components/responses/" + name;
  }
  if (about.open) out["security"] = ordered_json::array({ordered_json::object()});
  return out;
}

}  // namespace

ordered_json schema_ref(const std::string& name) {
  ordered_json out;
  out["$ref"] = "#/components/schemas/" + name;
  return out;
}

std::vector<std::pair<std::string, ordered_json>> json_content(ordered_json schema) {
  return {{"application/json", std::move(schema)}};
}

std::string openapi_document(const Router& router) {
  auto document = ordered_json::parse(openapi_text());
  for (const auto& route : router.routes()) {
    if (!route.about) continue;
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    document["paths"][route.pattern][method] = path_operation(route);
  }
  document["components"]["schemas"]["Point"] = operations::point_schema();
  return document.dump(2) + "\n";
}

}  // namespace ganymede::serve
