#include "ganymede/serve/fields.h"

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

TEST(Fields, BodiesMustBeJsonObjects) {
  const auto status = [](std::string body, std::string type = "application/json") {
    return status_of([&] { Fields fields(request_of(std::move(body), std::move(type))); });
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

TEST(Fields, NumbersAreWholeAndInRange) {
  Fields fields(request_of(
      R"({"one": 1, "float": 2.0, "half": 1.5, "big": 18446744073709551615, "huge": 1e300,
          "text": "1", "true": true, "null": null})"));
  EXPECT_EQ(fields.integer("one", 1, 64), 1);
  EXPECT_EQ(fields.integer("float", 1, 64), 2);
  EXPECT_EQ(fields.integer("absent", 1, 64, 7), 7);
  EXPECT_EQ(fields.integer("null", 1, 64, 7), 7);
  for (const char* name : {"half", "big", "huge", "text", "true", "absent"}) {
    EXPECT_EQ(status_of([&] { fields.integer(name, 1, 64); }), 422) << name;
  }
  EXPECT_EQ(status_of([&] { fields.integer("one", 2, 64); }), 422);
  EXPECT_EQ(fields.number("half", 0, 2, 0), 1.5);
  EXPECT_EQ(status_of([&] { fields.number("huge", 0, 2, 0); }), 422);
}

TEST(Fields, OtherKinds) {
  Fields fields(request_of(
      R"({"yes": true, "name": "b", "list": [1, 2], "z": [[1, 2], [3, 4]], "bad": [[1, "a"]], "inf": [[1, 1e300]]})"));
  EXPECT_TRUE(fields.boolean("yes", false));
  EXPECT_EQ(fields.choice("name", {"a", "b"}, "a"), "b");
  EXPECT_EQ(status_of([&] { fields.choice("name", {"a"}, "a"); }), 422);
  EXPECT_EQ(fields.list("list", 1, 2).size(), 2u);
  EXPECT_EQ(status_of([&] { fields.list("list", 3, 4); }), 422);
  EXPECT_EQ(fields.vectors("z", 1, 4, 2), (std::vector<std::vector<float>>{{1, 2}, {3, 4}}));
  EXPECT_EQ(status_of([&] { fields.vectors("z", 1, 4, 3); }), 422);
  EXPECT_EQ(status_of([&] { fields.vectors("bad", 1, 4, 2); }), 422);
  EXPECT_EQ(status_of([&] { fields.vectors("inf", 1, 4, 2); }), 422);
  EXPECT_NO_THROW(fields.finish());
}

TEST(Fields, UnknownOnesGetTheNearestName) {
  Fields fields(request_of(R"({"cuont": 1})"));
  fields.has("count");
  EXPECT_THAT(test::error_of([&] { fields.finish(); }), testing::HasSubstr("did you mean 'count'"));
  Fields inner(nlohmann::json{{"x", 1}}, "points[2]");
  EXPECT_THAT(test::error_of([&] { inner.integer("seed", 0, 1); }), testing::HasSubstr("points[2].seed"));
}

}  // namespace
}  // namespace ganymede::serve
