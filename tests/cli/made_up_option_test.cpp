// An option is a member of a request and its line in the field list: what the parts of each door
// make of one that is made up here. tests/slow/test_made_up_option.py sees one at the doors of a whole program.
#include <algorithm>

#include "cli/request_flags.h"
#include "ganymede/operations/command_words.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/schema.h"
#include "ganymede/serve/body.h"
#include "ganymede/serve/openapi.h"
#include "support/support.h"

namespace ganymede {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// generate's request with one option more.
struct MadeUpRequest : operations::GenerateRequest {
  std::int64_t sparkle = 3;
};
template <class V>
void visit_fields(V& field, MadeUpRequest& r) {
  visit_fields(field, static_cast<operations::GenerateRequest&>(r));
  field("sparkle", r.sparkle,
        {.about = "how much it sparkles", .range = config::in_range(0, 99), .served = config::in_range(0, 9)});
}

/// An answer with one member more.
struct MadeUpAnswer {
  static constexpr const char* kSchema = "MadeUp";
  std::int64_t glitter = 0;
};
template <class V>
void visit_fields(V& field, MadeUpAnswer& a) {
  field("glitter", a.glitter, {.about = "How much it glitters."});
}

/// A server with the one route, as the operations' routes are made.
serve::Router made_up_server() {
  MadeUpRequest request;
  serve::Router router;
  router.add(
      "POST", "/api/v1/made-up",
      [](const serve::Request& sent) {
        MadeUpRequest wanted;
        serve::read_body(sent, operations::fields_of(wanted));
        return serve::json_response(serve::json_of(MadeUpAnswer{wanted.sparkle}));
      },
      serve::RouteAbout{.id = "madeUp",
                        .summary = "Made up",
                        .answer = "So is this.",
                        .json = serve::schema_of_answer<MadeUpAnswer>(),
                        .body = operations::schema_of(operations::fields_of(request), operations::Door::kServed)});
  return router;
}

serve::Response posted(const json& body) {
  serve::Request request;
  request.method = "POST";
  request.segments = {"api", "v1", "made-up"};
  request.headers["content-type"] = "application/json";
  request.body = body.dump();
  serve::Response out;
  made_up_server().handle(request, [&](serve::Response response) { out = std::move(response); });
  return out;
}

TEST(MadeUpOption, IsAFlagWithHelpAndChecks) {
  MadeUpRequest request;
  CLI::App app;
  cli::add_flags(app, operations::fields_of(request));
  EXPECT_THAT(app.help(), testing::ContainsRegex("--sparkle N( \\[|=)3"));
  EXPECT_THAT(app.help(), HasSubstr("how much it sparkles (0 to 99)"));
  std::vector<std::string> words{"50", "--sparkle"};  // CLI11 wants them last first
  app.parse(words);
  EXPECT_EQ(request.sparkle, 50) << "and a member of the C++ request";
  words = {"100", "--sparkle"};
  EXPECT_THROW(app.parse(words), CLI::ValidationError);
}

TEST(MadeUpOption, IsAFieldOfRestWithItsChecks) {
  EXPECT_EQ(json::parse(posted({{"count", 1}, {"sparkle", 5}}).body)["glitter"], 5);
  EXPECT_EQ(json::parse(posted({{"count", 1}}).body)["glitter"], 3);
  const auto refused = posted({{"count", 1}, {"sparkle", 10}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(json::parse(refused.body)["detail"], "sparkle: must be a whole number from 0 to 9");
}

TEST(MadeUpOption, IsInTheDescriptionOfTheApi) {
  const auto document = json::parse(serve::openapi_document(made_up_server()));
  const auto& call = document["paths"]["/api/v1/made-up"]["post"];
  const auto& field = call["requestBody"]["content"]["application/json"]["schema"]["properties"]["sparkle"];
  EXPECT_EQ(field, (json{{"type", {"integer", "null"}},
                         {"minimum", 0},
                         {"maximum", 9},
                         {"default", 3},
                         {"description", "How much it sparkles."}}));
  EXPECT_EQ(call["responses"]["200"]["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/MadeUp");
  EXPECT_EQ(document["components"]["schemas"]["MadeUp"]["properties"]["glitter"]["description"],
            "How much it glitters.");
}

TEST(MadeUpOption, ReachesTheCommandThatAServerStarts) {
  MadeUpRequest request;
  EXPECT_EQ(operations::command_words(operations::fields_of(request),
                                      {{"count", 2.0}, {"network", "untrained"}, {"sparkle", 7}}),
            (std::vector<std::string>{"--count", "2", "--network", "untrained", "--sparkle", "7"}));
}

}  // namespace
}  // namespace ganymede
