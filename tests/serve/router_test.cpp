#include "ganymede/serve/router.h"

#include "support/support.h"

namespace ganymede::serve {
namespace {

Router example() {
  Router router;
  router.add("GET", "/", [](const Request&) { return Response{.body = "root"}; });
  router.add("GET", "/a/{id}",
             [](const Request& request) { return Response{.body = "get " + request.captured.at("id")}; });
  router.add("POST", "/a/{id}",
             [](const Request& request) { return Response{.body = "post " + request.captured.at("id")}; });
  router.add("GET", "/fails", [](const Request&) -> Response { throw Problem(409, "not now"); });
  return router;
}

Response ask(const std::string& method, const std::string& target) {
  Request request;
  request.method = method;
  parse_target(target, request);
  Response answer;
  int answers = 0;
  example().handle(request, [&](Response response) {
    answer = std::move(response);
    ++answers;
  });
  EXPECT_EQ(answers, 1);
  return answer;
}

TEST(Router, FindsByMethodAndPattern) {
  EXPECT_EQ(ask("GET", "/").body, "root");
  EXPECT_EQ(ask("GET", "/a/b%2Fc").body, "get b/c");
  EXPECT_EQ(ask("POST", "/a/x?y=1").body, "post x");
  EXPECT_EQ(ask("GET", "/a/b").route, "/a/{id}");
}

TEST(Router, WhatIsNotThereIs404) {
  for (const char* target : {"/b", "/a", "/a/", "/a/b/c", "//"}) EXPECT_EQ(ask("GET", target).status, 404) << target;
}

TEST(Router, OtherMethodsAre405) {
  const Response answer = ask("DELETE", "/a/b");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers, (Headers{{"Allow", "GET, HEAD, POST"}}));
  EXPECT_EQ(answer.route, "/a/{id}");
}

TEST(Router, RefusesBeforeTheBodyIsRead) {
  const Router router = example();
  const auto status = [&](const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    parse_target(path, request);
    const auto refused = router.refusal(request);
    return refused ? refused->status : 0;
  };
  EXPECT_EQ(status("GET", "/a/1"), 0);
  EXPECT_EQ(status("POST", "/a/1"), 0);
  EXPECT_EQ(status("POST", "/none"), 404);
  EXPECT_EQ(status("PUT", "/a/1"), 405);
}

TEST(Router, WhatAHandlerThrowsIsAnswered) {
  EXPECT_EQ(ask("GET", "/fails").status, 409);
  EXPECT_EQ(ask("GET", "/fails").route, "/fails");
}

}  // namespace
}  // namespace ganymede::serve
