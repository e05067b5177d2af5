// From method and path to a handler, and what the API's description says of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ganymede/serve/answer.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// What the description says of a route; openapi.cpp makes a path item of it.
struct RouteAbout {
  std::string id;                                                            ///< operationId
  std::string summary;                                                       ///< one line
  std::string answer;                                                        ///< what a success holds
  std::vector<std::pair<std::string, nlohmann::ordered_json>> content = {};  ///< of a success: schema by media type ...
  std::optional<AnswerSchema> json = {};                                     ///< ... and as application/json
  int status = 200;                                                          ///< of a success
  std::optional<nlohmann::ordered_json> body = {};                           ///< schema of the request's JSON
  std::vector<nlohmann::ordered_json> parameters = {};                       ///< beside the {places}
  nlohmann::ordered_json headers = {};                                       ///< of a success
  std::vector<int> problems = {};                                            ///< beside those that every such route has
  bool open = false;                                                         ///< needs no token
  bool deprecated = false;
};

class Router {
 public:
  struct Route {
    std::string method, pattern;
    std::vector<std::string> segments;
    Handler handler;
    std::optional<RouteAbout> about;  ///< nothing for pages
  };

  /// `pattern` is a path whose {places} match any one segment: "/api/v1/models/{id}".
  void add(const std::string& method, const std::string& pattern, Handler handler,
           std::optional<RouteAbout> about = {});
  /// As above, for a handler that has its answer at once.
  void add(const std::string& method, const std::string& pattern, std::function<Response(const Request&)> handler,
           std::optional<RouteAbout> about = {});

  /// The answer of 404 or 405 to a request that no handler would get; nothing for the others. Looks at method and path
  /// alone.
  std::optional<Response> refusal(const Request& request) const;
  /// Hands the request to its handler; answers 404 where no pattern matches and 405, naming what is allowed, where one
  /// does for other methods only.
  void handle(Request request, const Reply& reply) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

/// Whether a segment of a pattern is a {place}.
bool is_place(const std::string& segment);

}  // namespace ganymede::serve
