#include "ganymede/core/json_text.h"

#include "support/support.h"

namespace ganymede {
namespace {

using test::error_of;
using ::testing::HasSubstr;

TEST(JsonText, ReadsWhatIsSound) {
  EXPECT_EQ(parse_json(R"({"a": [1, {"b": null}]})", "x.json")["a"][0], 1);
  EXPECT_NO_THROW(parse_json(std::string(32, '[') + std::string(32, ']'), "x.json"));
}

TEST(JsonText, RefusesWhatNestsTooDeep) {
  EXPECT_THAT(error_of([] { parse_json(std::string(40, '[') + std::string(40, ']'), "x.json"); }),
              HasSubstr("x.json: the JSON is nested more than 32 deep"));
  EXPECT_THAT(error_of([] { parse_json(R"({"x":)" + std::string(100'000, '['), "x.json"); }), HasSubstr("deep"));
  EXPECT_THAT(error_of([] { parse_json("[[[1]]]", "x.json", 2); }), HasSubstr("more than 2 deep"));
}

TEST(JsonText, RefusesWhatIsNone) {
  EXPECT_THAT(error_of([] { parse_json("{", "x.json"); }), HasSubstr("x.json: not JSON, at byte 2"));
  EXPECT_THAT(error_of([] { parse_json("[1e999]", "x.json"); }), HasSubstr("too large"));
  EXPECT_THAT(error_of([] { parse_json("[\"\xff\"]", "x.json"); }), HasSubstr("not JSON"));
}

}  // namespace
}  // namespace ganymede
