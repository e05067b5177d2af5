#include "cli/request_flags.h"

#include <algorithm>

#include "ganymede/operations/requests.h"
#include "support/support.h"

namespace ganymede::cli {
namespace {

using testing::HasSubstr;

/// generate's request with one option more: a member and its line, and nothing else anywhere.
struct MadeUpRequest : operations::GenerateRequest {
  std::int64_t sparkle = 3;
  bool glow = false;
};

template <class V>
void visit_fields(V& field, MadeUpRequest& r) {
  visit_fields(field, static_cast<operations::GenerateRequest&>(r));
  field("sparkle", r.sparkle,
        {.about = "how much it sparkles", .range = config::in_range(0, 9), .old_names = {"glitter"}});
  field("glow_too", r.glow, {.about = "whether it glows"});
}

struct Parsed {
  MadeUpRequest request = {};
  CLI::App app{"", "made up"};
  Parsed() { add_flags(app, operations::fields_of(request)); }
  void parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
  }
};

TEST(RequestFlags, AMadeUpOptionIsAFlagWithHelpAndChecks) {
  Parsed parsed;
  const std::string help = parsed.app.help();  // CLI11 writes a default as [3] or =3, by its version
  EXPECT_THAT(help, testing::ContainsRegex("--sparkle N( \\[|=)3"));
  EXPECT_THAT(help, HasSubstr("how much it sparkles (0 to 9)"));
  EXPECT_THAT(help, HasSubstr("--glow-too"));
  EXPECT_THAT(help, Not(HasSubstr("glitter")));
  parsed.parse({"--sparkle", "7", "--glow-too", "-n", "5"});
  EXPECT_EQ(parsed.request.sparkle, 7);
  EXPECT_TRUE(parsed.request.glow);
  EXPECT_EQ(*parsed.request.count, 5);
  Parsed wrong;
  try {
    wrong.parse({"--sparkle", "10"});
    FAIL() << "10 was taken";
  } catch (const CLI::ValidationError& error) {
    EXPECT_STREQ(error.what(), "--sparkle: must be a whole number from 0 to 9");
  }
}

TEST(RequestFlags, OldNamesAreUnderstood) {
  Parsed parsed;
  parsed.parse({"--glitter", "2"});
  EXPECT_EQ(parsed.request.sparkle, 2);
}

struct ListRequest {
  std::vector<std::string> set = {};
  std::vector<std::string> kinds = {};
  std::string recipe = {};
};
template <class V>
void visit_fields(V& field, ListRequest& r) {
  field("recipe", r.recipe, {.about = "an argument", .positional = true});
  field("set", r.set, {.about = "texts"});
  field("kinds", r.kinds, {.about = "names", .commas = true});
}

TEST(RequestFlags, AListOfAFlagLeavesTheArgumentsAlone) {
  ListRequest request;
  CLI::App app;
  add_flags(app, operations::fields_of(request));
  std::vector<std::string> words{"--set", "a=[1,2]", "--set", "b=3", "--kinds", "linear,spherical", "tiny.toml"};
  std::reverse(words.begin(), words.end());
  app.parse(words);
  EXPECT_EQ(request.set, (std::vector<std::string>{"a=[1,2]", "b=3"}));
  EXPECT_EQ(request.kinds, (std::vector<std::string>{"linear", "spherical"}));
  EXPECT_EQ(request.recipe, "tiny.toml");
}

TEST(RequestFlags, RefusalsNameTheFlag) {
  const auto refuse = [](const char* field) {
    operations::InterpolateRequest request;
    return test::error_of([&] {
      run_request(operations::fields_of(request),
                  [&] { throw operations::FieldError(field, "excludes 'points'", "leave 'frames' or 'x' away"); });
    });
  };
  EXPECT_EQ(refuse("to_class"), "--to-class: excludes --points; leave --frames or 'x' away");
  EXPECT_EQ(refuse("points[2].z"), "--points (points[2].z): excludes --points; leave --frames or 'x' away");
}

}  // namespace
}  // namespace ganymede::cli
