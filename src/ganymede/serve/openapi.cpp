#include "ganymede/serve/openapi.h"

#include <set>

#include "ganymede/core/text.h"
#include "ganymede/operations/schema.h"
#include "ganymede/serve/answers.h"

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
  if (about.json) out["content"]["application/json"]["schema"] = about.json->schema;
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

/// A way that a request can end in beside success.
struct ProblemResponse {
  int status;
  const char* about;
  const char* header = nullptr;  ///< that it carries
};

constexpr const char* kRetry = "Retry-After";
constexpr ProblemResponse kProblems[] = {
    {400, "The request cannot be read: no HTTP, no JSON, a bad percent code."},
    {401, "The server wants a token.", "WWW-Authenticate"},
    {403, "The server was started without --allow-training, lets anybody in (--open), or cannot write the folder."},
    {404, "There is no such thing."},
    {405, "The method is not allowed here.", "Allow"},
    {408, "The request did not come in time."},
    {409, "It cannot be now: the name is taken, another training runs, or this one does, or does not."},
    {413, "The body is larger than 1 MiB."},
    {415, "The body must be application/json."},
    {421, "The server is asked under a name that is not this machine's."},
    {422, "A value of the request cannot be meant; `errors` names the field."},
    {429, "Too much is waiting already; `Retry-After` says when to try again.", kRetry},
    {431, "The header is larger than 16 KiB."},
    {500, "The server failed; its log says why."},
    {503, "The answer would take too long, or the server is not ready; `Retry-After` says when to try again.", kRetry},
};

ordered_json problem_responses(const AnswerSchema& problem) {
  ordered_json out;
  for (const auto& one : kProblems) {
    auto& response = out[std::to_string(one.status)] = {{"description", one.about}};
    if (one.header != nullptr) {
      auto& header = response["headers"][one.header];
      if (one.header == kRetry) header["description"] = "Seconds.";
      header["schema"]["type"] = "string";
    }
    response["content"]["application/problem+json"]["schema"] = problem.schema;
  }
  return out;
}

ordered_json begun_document() {
  ordered_json out{{"openapi", "3.1.0"}};
  out["info"] = {
      {"title", "Ganymede"},
      {"version", "1"},
      {"summary", "Images from trained generators, and the runs that train them."},
      {"description",
       "Errors are application/problem+json (RFC 9457). An address or a method that is not described here gives 404 or "
       "405. In a request null counts as absent, but not as a seed. The same request with the same seed returns the "
       "same bytes, whatever else the server does meanwhile."}};
  out["info"]["license"] = {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}};
  out["servers"] = ordered_json::array({ordered_json::object({{"url", "/"}})});
  out["security"] =
      ordered_json::array({ordered_json::object(), ordered_json::object({{"token", ordered_json::array()}})});
  out["paths"] = ordered_json::object();
  out["components"]["securitySchemes"]["token"] = {
      {"type", "http"}, {"scheme", "bearer"}, {"description", "Where the server was started with --token-file."}};
  return out;
}

}  // namespace

std::string openapi_document(const Router& router) {
  auto document = begun_document();
  const auto problem = schema_of_answer<ProblemDetails>();
  auto schemas = problem.named;
  for (const auto& route : router.routes()) {
    if (!route.about) continue;
    document["paths"][route.pattern][in_small_letters(route.method)] = path_operation(route);
    if (route.about->json) schemas.insert(route.about->json->named.begin(), route.about->json->named.end());
  }
  schemas["Point"] = operations::point_schema();
  document["components"]["schemas"] = schemas;
  document["components"]["responses"] = problem_responses(problem);
  return document.dump(2) + "\n";
}

}  // namespace ganymede::serve
