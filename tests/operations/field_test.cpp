#include "ganymede/operations/field.h"

#include "ganymede/operations/requests.h"
#include "ganymede/operations/schema.h"
#include "support/support.h"

namespace ganymede::operations {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Sample {
  std::int64_t count = 7;
  std::uint64_t seed = 0;
  double share = 0.5;
  bool flag = false;
  Interpolation kind = Interpolation::kSpherical;
  std::vector<Point> points = {};
  std::vector<std::vector<float>> z = {};
  std::string file = {};
  std::string name = {};
  std::vector<std::string> tags = {};
};

template <class V>
void visit_fields(V& field, Sample& s) {
  field("count", s.count, {.about = "how many", .range = in_range(1, 100), .served = in_range(1, 64)});
  field("seed", s.seed, {.about = "of the noise", .range = in_range(0, 1.9e19), .served = kSeeds});
  field("share", s.share, {.about = "a part", .range = in_range(0, 2)});
  field("flag", s.flag, {.about = "whether"});
  field("kind", s.kind, {.about = "which", .old_names = {"way"}});
  field("points", s.points, {.about = "points", .range = in_range(2, 4)});
  field("z", s.z, {.about = "coordinates", .range = in_range(1, 4)});
  field("file", s.file, {.about = "a file", .local = true});
  field("name", s.name,
        {.about = "a name",
         .served_text = config::TextRule{
             .length = in_range(1, 4), .characters = "a-z0-9_-", .first = "a-z", .words = "letters and digits"}});
  field("tags", s.tags,
        {.about = "tags",
         .range = in_range(0, 2),
         .served_text =
             config::TextRule{.length = in_range(0, 3), .characters = "^,\\x00-\\x1f\\x7f", .words = "characters"}});
}

Sample read(const json& object, Door door = Door::kServed) {
  Sample sample;
  read_json(object, fields_of(sample), door);
  return sample;
}

/// "FIELD: PROBLEM; HINT" of what an object is refused for; empty when it is taken.
std::string refused(const json& object, Door door = Door::kServed) {
  try {
    read(object, door);
  } catch (const FieldError& error) {
    return error.where() + ": " + error.what_happened() + (error.hint().empty() ? "" : "; " + error.hint());
  }
  return "";
}

TEST(Fields, NumbersAreWholeAndInRange) {
  EXPECT_EQ(read({{"count", 1}}).count, 1);
  EXPECT_EQ(read({{"count", 2.0}}).count, 2);
  EXPECT_EQ(read(json::object()).count, 7);
  EXPECT_EQ(read({{"count", nullptr}}).count, 7);
  for (const json& wrong :
       {json(1.5), json(18446744073709551615u), json(1e300), json("1"), json(true), json(0), json(65)}) {
    EXPECT_EQ(refused({{"count", wrong}}), "count: must be a whole number from 1 to 64") << wrong;
  }
  EXPECT_EQ(read({{"count", 65}}, Door::kLocal).count, 65);
  EXPECT_EQ(read({{"seed", 18446744073709551615u}}, Door::kLocal).seed, 18446744073709551615u);
  EXPECT_EQ(refused({{"seed", 18446744073709551615u}}),
            "seed: a seed is a whole number from 0 to 9007199254740991 in decimal digits");
  EXPECT_EQ(refused({{"seed", -1}}, Door::kLocal), "seed: must be a whole number from 0");
  EXPECT_EQ(read({{"share", 1.5}}).share, 1.5);
  EXPECT_EQ(refused({{"share", 2.5}}), "share: must be a number from 0 to 2");
}

TEST(Fields, OtherKinds) {
  EXPECT_TRUE(read({{"flag", true}}).flag);
  EXPECT_EQ(refused({{"flag", "yes"}}), "flag: must be true or false");
  EXPECT_EQ(read({{"kind", "linear"}}).kind, Interpolation::kLinear);
  EXPECT_EQ(refused({{"kind", "curly"}}), "kind: must be one of spherical, linear");
  const json point{{"seed", 1}, {"index", 2}};
  EXPECT_EQ(read({{"points", {point, point}}}).points[1].index, 2u);
  EXPECT_EQ(refused({{"points", {point}}}), "points: must be a list of 2 to 4; name two or more");
  EXPECT_EQ(refused({{"points", {1, point}}}), "points[0]: must be an object");
  EXPECT_EQ(refused({{"points", {point, {{"seed", 1}}}}}),
            "points[1].index: is missing; it must be a whole number from 0 to 1000000");
  // What JavaScript makes of NaN: no seed is any seed, silently.
  EXPECT_EQ(refused({{"points", {point, {{"seed", nullptr}, {"index", 2}}}}}),
            "points[1].seed: a seed is a whole number from 0 to 9007199254740991 in decimal digits");
  EXPECT_EQ(refused({{"points", {point, {{"z", {1.0}}, {"seed", 1}}}}}), "points[1].seed: excludes 'z'");
  EXPECT_EQ(read({{"z", {{1, 2}, {3, 4}}}}).z[1], (std::vector<float>{3, 4}));
  EXPECT_EQ(refused({{"z", {{1, "a"}}}}), "z: must hold finite numbers only");
  EXPECT_EQ(refused({{"z", {{1, 1e300}}}}), "z: must hold finite numbers only");
}

TEST(Fields, TextsHaveTheirLengthAndCharacters) {
  for (const char* name : {"a", "b-_9"}) EXPECT_EQ(read({{"name", name}}).name, name);
  for (const json& wrong : {json(""), json("9a"), json("a/b"), json("abcde"), json("A"), json("\u00e4")}) {
    EXPECT_EQ(refused({{"name", wrong}}), "name: must be 1 to 4 letters and digits") << wrong;
  }
  EXPECT_EQ(refused({{"name", 1}}), "name: must be a text");
  EXPECT_EQ(read({{"name", "a/b"}}, Door::kLocal).name, "a/b");
  EXPECT_EQ(read({{"tags", {"\u00e4\u00f6\u00fc", ""}}}).tags.size(), 2u) << "characters, not bytes";
  for (const char* wrong : {"abcd", "a,b", "a\n", "\x7f"}) {
    EXPECT_EQ(refused({{"tags", {"ok", wrong}}}), "tags[1]: must be at most 3 characters") << wrong;
  }
  EXPECT_EQ(refused({{"tags", {"a", "b", "c"}}}), "tags: must be a list of 0 to 2");
  Sample sample;
  const auto schema = schema_of(fields_of(sample), Door::kServed)["properties"];
  EXPECT_EQ(json(schema["name"]), (json{{"type", {"string", "null"}},
                                        {"minLength", 1},
                                        {"maxLength", 4},
                                        {"pattern", "^[a-z][a-z0-9_-]*$"},
                                        {"description", "A name."}}));
  EXPECT_EQ(json(schema["tags"]["items"]),
            (json{{"type", "string"}, {"maxLength", 3}, {"pattern", "^[^,\\x00-\\x1f\\x7f]*$"}}));
  EXPECT_FALSE(schema_of(fields_of(sample), Door::kLocal)["properties"]["name"].contains("pattern"));
}

TEST(Fields, UnknownOnesGetTheNearestName) {
  EXPECT_THAT(refused({{"cuont", 1}}), HasSubstr("cuont: is not known; did you mean 'count'"));
  EXPECT_THAT(refused({{"file", "/etc/passwd"}}), HasSubstr("file: is not known")) << "no client names a file";
  EXPECT_EQ(read({{"file", "x"}}, Door::kLocal).file, "x");
  EXPECT_LT(refused({{std::string(100000, 'x'), 1}}).size(), 500u) << "a message repeats no long name";
}

TEST(Fields, OldNamesAreUnderstood) {
  EXPECT_EQ(read({{"way", "linear"}}).kind, Interpolation::kLinear);
  EXPECT_EQ(refused({{"way", "curly"}}), "way: must be one of spherical, linear");
  EXPECT_EQ(refused({{"way", "linear"}, {"kind", "linear"}}), "way: is the old name of 'kind': give one of them");
}

TEST(Fields, TextsOfACommandLine) {
  Sample sample;
  const auto fields = fields_of(sample);
  const auto assign = [&](std::size_t field, const std::string& text) { assign_text(fields[field], text); };
  assign(0, "99");
  assign(1, "18446744073709551615");
  assign(2, "0.25");
  assign(5, "3,7:5");
  assign(6, "[[1, 2]]");
  EXPECT_EQ(sample.count, 99);
  EXPECT_EQ(sample.seed, 18446744073709551615u);
  EXPECT_EQ(sample.share, 0.25);
  ASSERT_EQ(sample.points.size(), 2u);
  EXPECT_FALSE(sample.points[0].seed);
  EXPECT_EQ(sample.points[0].index, 3u);
  EXPECT_EQ(*sample.points[1].seed, 7u);
  EXPECT_EQ(sample.z[0][1], 2);
  for (const char* wrong : {"", "x", "1.5", "101", "99x", "-1"}) EXPECT_THROW(assign(0, wrong), FieldError) << wrong;
  for (const char* wrong : {"", "a,b", "1,", "1:2:3,4", "[{]"}) EXPECT_THROW(assign(5, wrong), FieldError) << wrong;
}

TEST(Fields, TheSchemaIsThatOfTheDoor) {
  Sample sample;
  const auto fields = fields_of(sample);
  const auto served = schema_of(fields, Door::kServed), local = schema_of(fields, Door::kLocal);
  EXPECT_EQ(served["properties"]["count"]["maximum"], 64);
  EXPECT_EQ(local["properties"]["count"]["maximum"], 100);
  EXPECT_EQ(served["properties"]["count"]["default"], 7);
  EXPECT_FALSE(served["properties"].contains("file"));
  EXPECT_TRUE(served["properties"]["way"]["deprecated"]);
  EXPECT_EQ(served["properties"]["points"]["items"]["$ref"], "#/components/schemas/Point");
}

TEST(Fields, TheSchemaSaysWhatMayBeNull) {
  Sample sample;
  auto fields = fields_of(sample);
  const auto type_of = [&](const char* name) {
    return json(schema_of(fields, Door::kServed)["properties"][name]["type"]);
  };
  EXPECT_EQ(type_of("count"), json({"integer", "null"}));
  EXPECT_EQ(type_of("seed"), json("integer")) << "no seed is null";
  EXPECT_EQ(json(schema_of(fields, Door::kServed)["properties"]["way"]["enum"]),
            json({"spherical", "linear", nullptr}));
  fields[0].info.required = true;
  EXPECT_EQ(type_of("count"), json("integer"));
  fields[0].info.unless = {"points"};
  EXPECT_EQ(type_of("count"), json({"integer", "null"}));
  const auto given = [](const char* name) {
    return json{{"required", {name}}, {"properties", {{name, {{"not", {{"type", "null"}}}}}}}};
  };
  const auto schema = schema_of(fields, Door::kServed);
  EXPECT_EQ(json(schema["allOf"]), (json{{{"anyOf", {given("count"), given("points")}}}}));
  EXPECT_EQ(json(schema["not"]["anyOf"][0]["required"]), json({"kind", "way"}));
}

TEST(Fields, UntrainedIsAnOldNameOfANetwork) {
  const auto read_options = [](const json& object) {
    GenerateRequest request;
    read_json(object, fields_of(request), Door::kLocal);
    return request.weights;
  };
  EXPECT_EQ(read_options({{"untrained", true}}), Weights::kUntrained);
  EXPECT_EQ(read_options({{"untrained", false}}), Weights::kTrained);
  for (const json& both :
       {json{{"network", "trained"}, {"untrained", true}}, json{{"network", "untrained"}, {"untrained", false}}}) {
    EXPECT_THAT(test::error_of([&] { read_options(both); }), HasSubstr("is the old name of 'network': give one"));
  }
  EXPECT_THAT(test::error_of([&] { read_options({{"untrained", "yes"}}); }),
              HasSubstr("untrained: must be true or false"));
  GenerateRequest generate;
  const auto schema = schema_of(fields_of(generate), Door::kServed);
  EXPECT_EQ(schema["properties"]["untrained"]["deprecated"], true);
}

}  // namespace
}  // namespace ganymede::operations
