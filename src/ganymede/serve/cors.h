// Pages of other origins that may use the API (the Fetch standard's CORS protocol): none unless named.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// Throws UsageError where `origin`, that `flag` names, is none as browsers send it, "*" included.
void check_origin(const std::string& origin, const std::string& flag);

class AllowedOrigins {
 public:
  AllowedOrigins() = default;
  /// Each as browsers send it: "https://studio.example", "http://localhost:3000". Throws UsageError for anything else,
  /// "*" included: whoever opens any page could then be used to ask this server.
  explicit AllowedOrigins(const std::vector<std::string>& origins);

  /// The answer to a browser that asks beforehand whether a page of an allowed origin may call; nothing for others.
  std::optional<Response> preflight(const Request& request) const;
  /// Says in the answer to a request of this origin whether its page may read it.
  void mark(const std::string& origin, Response& response) const;

 private:
  std::set<std::string> origins_;
};

}  // namespace ganymede::serve
