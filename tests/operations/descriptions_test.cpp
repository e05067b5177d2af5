#include "ganymede/operations/descriptions.h"

#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/schema.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Descriptions, SayWhyNoServerOffersAnOperation) {
  for (const auto& operation : descriptions()) {
    EXPECT_NE(operation.route.empty(), operation.why_local.empty()) << operation.name;
    const bool said = reference_page(operation).find("- REST: not offered, because ") != std::string::npos;
    EXPECT_EQ(said, operation.route.empty()) << operation.name;
  }
}

TEST(Descriptions, PagesHaveWhatOnlyClientsMaySay) {
  const std::string page = reference_page(description_of("interpolate"));
  EXPECT_THAT(page, HasSubstr("| `milliseconds` | | whole number, 10 to 60000 (milliseconds) | 50 | HTTP alone |"));
  EXPECT_THAT(page, HasSubstr("| `vectors` | | true or false |"));
  EXPECT_THAT(page, HasSubstr("| `format` | | png, grid, json, zip, gif, apng | json | HTTP alone |"));
  const std::string generate = reference_page(description_of("generate"));
  EXPECT_THAT(generate, HasSubstr("| required unless points or z is given, 1 to 64 |"));
  EXPECT_THAT(generate, HasSubstr("| `format` | | png, grid, json, zip | png | HTTP alone |"));
}

TEST(Descriptions, SomeNumbersAloneMayBeMeant) {
  EvaluateRequest request;
  const auto fields = fields_of(request);
  EXPECT_THAT(test::error_of([&] { read_json({{"channels", 2}}, fields, Door::kLocal); }), HasSubstr("must be 1 or 3"));
  read_json({{"channels", 3}}, fields, Door::kLocal);
  EXPECT_EQ(request.channels, 3);
  EXPECT_THAT(reference_page(description_of("evaluate")), HasSubstr("| `channels` | `--channels` | 1, 3 |"));
}

TEST(Descriptions, EveryDefaultIsOneThatItsDoorTakes) {
  for (const auto& operation : descriptions()) {
    for (const Door door : {Door::kLocal, Door::kServed}) {
      const auto schema = schema_of(operation.fields, door);
      for (const auto& [name, field] : schema.at("properties").items()) {
        if (!field.contains("default") || !field.contains("maximum")) continue;
        EXPECT_LE(field.at("minimum"), field.at("default")) << operation.name << " " << name;
        EXPECT_GE(field.at("maximum"), field.at("default")) << operation.name << " " << name;
      }
    }
  }
  WalkRequest walk;
  read_json(json::object(), fields_of(walk), Door::kServed);
  EXPECT_EQ(walk.frames, 64) << "of 100 as many as a server makes";
  read_json(json::object(), fields_of(walk = {}), Door::kLocal);
  EXPECT_EQ(walk.frames, 100);
}

}  // namespace
}  // namespace ganymede::operations
