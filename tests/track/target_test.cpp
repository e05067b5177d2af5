#include "ganymede/track/target.h"

#include <cstdlib>

#include "ganymede/core/http_request.h"
#include "support/support.h"

namespace ganymede::track {
namespace {

using test::error_of;
using testing::HasSubstr;
using testing::Not;

class TargetText : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_http()) GTEST_SKIP() << "built without libcurl";
    ::unsetenv("MLFLOW_TRACKING_URI");
  }
};

TEST_F(TargetText, IsAnAddressWithoutTheSlashBehindIt) {
  EXPECT_EQ(parse_target("mlflow=http://127.0.0.1:5000").url, "http://127.0.0.1:5000");
  EXPECT_EQ(parse_target("mlflow=https://host/mlflow//").url, "https://host/mlflow");
  EXPECT_EQ(parse_target("mlflow=http://[::1]:5000/").url, "http://[::1]:5000");
}

TEST_F(TargetText, MayBeTheOneOfTheEnvironment) {
  EXPECT_THAT(error_of([] { parse_target("mlflow"); }), HasSubstr("MLFLOW_TRACKING_URI is not set"));
  ::setenv("MLFLOW_TRACKING_URI", "http://host:1/", 1);
  EXPECT_EQ(parse_target("mlflow").url, "http://host:1");
  ::setenv("MLFLOW_TRACKING_URI", "sqlite:///secret.db", 1);
  EXPECT_THAT(error_of([] { parse_target("mlflow"); }), Not(HasSubstr("secret")));
  ::unsetenv("MLFLOW_TRACKING_URI");
}

TEST_F(TargetText, RefusesAllElse) {
  for (const char* text :
       {"", "x", "mlflow=", "mlflow=host", "mlflow=file:///tmp", "mlflow=http://", "mlflow=http:///a",
        "mlflow=http://:80", "mlflow=http://a b", "mlflow=http://a\n", "MLFLOW=http://a"}) {
    EXPECT_THAT(error_of([&] { parse_target(text); }), HasSubstr("--track mlflow=http://HOST:PORT")) << text;
  }
}

TEST_F(TargetText, NeverRepeatsASecret) {
  for (const char* text : {"mlflow=http://ann:secret@host", "mlflow=http://secret@host", "mlflow=https://a?key=secret",
                           "mlflow=https://a#secret", "ann:secret@host"}) {
    const auto message = error_of([&] { parse_target(text); });
    EXPECT_THAT(message, Not(HasSubstr("secret"))) << text;
    EXPECT_THAT(message, HasSubstr("MLFLOW_TRACKING_TOKEN")) << text;
  }
}

TEST(PercentEncoded, LeavesWhatNeedsNone) {
  EXPECT_EQ(percent_encoded("a-Z_0.9~"), "a-Z_0.9~");
  EXPECT_EQ(percent_encoded("a b/c?&%\xc3\xa9"), "a%20b%2Fc%3F%26%25%C3%A9");
}

}  // namespace
}  // namespace ganymede::track
