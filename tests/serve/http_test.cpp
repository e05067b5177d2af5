#include "ganymede/serve/http.h"

#include "ganymede/serve/meters.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

Request parsed(std::string_view target) {
  Request request;
  parse_target(target, request);
  return request;
}

TEST(Http, TargetsAreSplitAndDecoded) {
  const Request request = parsed("/a%20b/c%2Fd/?x=1&y=a+b%26&x=2&z&=q");
  EXPECT_THAT(request.segments, testing::ElementsAre("a b", "c/d", ""));
  EXPECT_EQ(request.query.at("x"), "2");
  EXPECT_EQ(request.query.at("y"), "a b&");
  EXPECT_EQ(request.query.at("z"), "");
  EXPECT_EQ(request.path(), "/a%20b/c%2Fd/");
  EXPECT_TRUE(parsed("/").segments.empty());
  EXPECT_THAT(parsed("/a+b").segments, testing::ElementsAre("a+b"));
}

TEST(Http, BadTargetsAreRefused) {
  for (const char* target :
       {"", "a", "?x", "/%", "/%1", "/%zz", "/%00", "/a%0d%0a", "/%ff", "/%c0%80", "/?x=%80", "/\x7f"}) {
    EXPECT_THROW(parsed(target), Problem) << target;
  }
}

TEST(Http, Utf8) {
  for (const char* good : {"", "abc", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x92\xA9", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

TEST(Http, ErrorsBecomeProblems) {
  const auto document = [](const auto& error) {
    const Response response = response_of(std::make_exception_ptr(error));
    EXPECT_EQ(response.content_type, "application/problem+json");
    auto out = nlohmann::json::parse(response.body);
    EXPECT_EQ(out["status"], response.status);
    return out;
  };
  const auto problem = document(Problem(422, "must be even", "count"));
  EXPECT_EQ(problem["title"], "Unprocessable Content");
  EXPECT_EQ(problem["detail"], "count: must be even");
  EXPECT_EQ(problem["errors"][0]["field"], "count");
  EXPECT_EQ(document(UsageError("no such thing"))["status"], 422);
  const auto failed = document(Error("cannot read", "/secret/path"));
  EXPECT_EQ(failed["status"], 500);
  EXPECT_THAT(failed.dump(), testing::Not(testing::HasSubstr("secret"))) << "paths of this machine stay in its log";
  EXPECT_THAT(document(Problem(400, "\xFF"))["detail"].get<std::string>(), testing::Not(testing::IsEmpty()));
}

TEST(Meters, CountsByPatternAndNeverByAddress) {
  Meters meters;
  meters.request("GET", "/a/{id}", 200, 0.002, 10);
  meters.request("GET", "/a/{id}", 200, 20, 10);
  meters.request("BREW\"", "", 404, 0, 0);
  meters.batch(5, 2, 0.01);
  const std::string text = meters.text({{"now", "Now.", 3}});
  for (const char* line :
       {"ganymede_http_requests_total{method=\"GET\",route=\"/a/{id}\",status=\"200\"} 2\n",
        "ganymede_http_requests_total{method=\"other\",route=\"\",status=\"404\"} 1\n",
        "ganymede_http_request_seconds_bucket{route=\"/a/{id}\",le=\"0.0025\"} 1\n",
        "ganymede_http_request_seconds_bucket{route=\"/a/{id}\",le=\"+Inf\"} 2\n",
        "ganymede_http_response_bytes_total 20\n", "ganymede_images_total 5\n", "ganymede_pictures_total 5\n",
        "ganymede_batched_requests_total 2\n", "ganymede_batch_seconds_count 1\n", "now 3\n"}) {
    EXPECT_THAT(text, testing::HasSubstr(line));
  }
}

}  // namespace
}  // namespace ganymede::serve
