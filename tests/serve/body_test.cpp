#include "ganymede/serve/body.h"

#include "serve/status.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

Request request_of(std::string body, std::string type = "application/json") {
  Request request;
  request.headers["content-type"] = std::move(type);
  request.body = std::move(body);
  return request;
}

TEST(Body, MustBeAJsonObject) {
  const auto status = [](std::string body, std::string type = "application/json") {
    return status_of([&] { body_of(request_of(std::move(body), std::move(type))); });
  };
  EXPECT_EQ(status("{}"), 200);
  EXPECT_EQ(status("{}", "Application/JSON ; charset=utf-8"), 200);
  EXPECT_EQ(status("{}", ""), 415);
  EXPECT_EQ(status("{}", "text/json"), 415);
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("{\"a\": \"\xFF\"}"), 400);
  EXPECT_EQ(status(std::string(100000, '[')), 400);
  EXPECT_EQ(status("[[[[[[[[[[[[[]]]]]]]]]]]]]"), 400);
  EXPECT_EQ(status("[]"), 422);
  EXPECT_EQ(status("null"), 422);
}

TEST(Body, AWrongFieldIsNamedInTheAnswer) {
  const auto answer =
      response_of(std::make_exception_ptr(operations::FieldError("points[2].seed", "is missing", "give it")));
  EXPECT_EQ(answer.status, 422);
  const auto document = nlohmann::json::parse(answer.body);
  EXPECT_EQ(document["detail"], "points[2].seed: is missing; give it");
  EXPECT_EQ(document["errors"][0]["field"], "points[2].seed");
}

}  // namespace
}  // namespace ganymede::serve
