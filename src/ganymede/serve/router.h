// From method and path to a handler.
#pragma once

#include <string>
#include <vector>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

class Router {
 public:
  /// `pattern` is a path whose {places} match any one segment: "/api/v1/models/{id}".
  void add(const std::string& method, const std::string& pattern, Handler handler);
  /// As above, for a handler that has its answer at once.
  void add(const std::string& method, const std::string& pattern, std::function<Response(const Request&)> handler);

  /// The answer of 404 or 405 to a request that no handler would get; nothing for the others. Looks at method and path
  /// alone.
  std::optional<Response> refusal(const Request& request) const;
  /// Hands the request to its handler; answers 404 where no pattern matches and 405, naming what is allowed, where one
  /// does for other methods only.
  void handle(Request request, const Reply& reply) const;

 private:
  struct Route {
    std::string method, pattern;
    std::vector<std::string> segments;
    Handler handler;
  };
  std::vector<Route> routes_;
};

}  // namespace ganymede::serve
