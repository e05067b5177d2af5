#include "ganymede/serve/cors.h"

#include <algorithm>
#include <regex>

namespace ganymede::serve {

void check_origin(const std::string& origin, const std::string& flag) {
  // Lower case, and nothing behind the host and its port: an origin is compared letter by letter.
  static const std::regex form(R"(https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)");
  if (origin == "*")
    throw UsageError("every page of the web could use the server", flag + " *",
                     "name the origins, such as https://studio.example");
  if (!std::regex_match(origin, form)) {
    throw UsageError("this is no origin as browsers send it", flag + " " + origin,
                     "write scheme://host or scheme://host:port, as in https://studio.example");
  }
}

AllowedOrigins::AllowedOrigins(const std::vector<std::string>& origins) : origins_(origins.begin(), origins.end()) {
  for (const auto& origin : origins_) check_origin(origin, "--cors");
}

std::optional<Response> AllowedOrigins::preflight(const Request& request) const {
  const std::string& origin = request.header("origin");
  if (request.method != "OPTIONS" || request.header("access-control-request-method").empty() ||
      !origins_.contains(origin))
    return std::nullopt;
  return Response{.status = 204,
                  .headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
                              {"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"},
                              {"Access-Control-Max-Age", "600"}}};
}

void AllowedOrigins::mark(const std::string& origin, Response& response) const {
  if (origins_.empty()) return;
  const auto vary = std::find_if(response.headers.begin(), response.headers.end(),
                                 [](const auto& header) { return header.first == "Vary"; });
  if (vary != response.headers.end())
    vary->second += ", Origin";
  else
    response.headers.emplace_back("Vary", "Origin");
  if (!origins_.contains(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", "Content-Disposition, Retry-After");
}

}  // namespace ganymede::serve
