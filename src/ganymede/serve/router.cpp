#include "ganymede/serve/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace ganymede::serve {

bool is_place(const std::string& segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

namespace {

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return false;
  for (size_t i = 0; i < path.size(); ++i) {
    if (is_place(pattern[i]) ? path[i].empty() : path[i] != pattern[i]) return false;
  }
  return true;
}

}  // namespace

void Router::add(const std::string& method, const std::string& pattern, Handler handler,
                 std::optional<RouteAbout> about) {
  Request parsed;
  parse_target(pattern, parsed);
  routes_.push_back({method, pattern, std::move(parsed.segments), std::move(handler), std::move(about)});
}

void Router::add(const std::string& method, const std::string& pattern, std::function<Response(const Request&)> handler,
                 std::optional<RouteAbout> about) {
  const auto at_once = [handler = std::move(handler)](const Request& request, const Reply& reply) {
    reply(handler(request));
  };
  add(method, pattern, Handler(at_once), std::move(about));
}

std::optional<Response> Router::refusal(const Request& request) const {
  std::set<std::string> allowed;
  std::string route;
  for (const auto& candidate : routes_) {
    if (!matches(candidate.segments, request.segments)) continue;
    if (candidate.method == request.method) return std::nullopt;
    route = candidate.pattern;
    allowed.insert(candidate.method);
  }
  if (allowed.empty()) return problem_response(Problem(404, "there is nothing at this address"));
  if (allowed.contains("GET")) allowed.insert("HEAD");
  Response response = problem_response(Problem(405, fmt::format("{} is not allowed here", request.method), {},
                                               {{"Allow", fmt::format("{}", fmt::join(allowed, ", "))}}));
  response.route = route;
  return response;
}

void Router::handle(Request request, const Reply& reply) const {
  for (const auto& candidate : routes_) {
    if (candidate.method != request.method || !matches(candidate.segments, request.segments)) continue;
    for (size_t i = 0; i < candidate.segments.size(); ++i) {
      const auto& segment = candidate.segments[i];
      if (is_place(segment)) request.captured[segment.substr(1, segment.size() - 2)] = request.segments[i];
    }
    const Reply labelled = [reply, route = candidate.pattern](Response response) {
      response.route = route;
      reply(std::move(response));
    };
    try {
      return candidate.handler(std::move(request), labelled);
    } catch (...) {
      return labelled(response_of(std::current_exception()));
    }
  }
  reply(*refusal(request));
}

}  // namespace ganymede::serve
