// An answer's field list makes its JSON and its schema.
#include "ganymede/serve/answer.h"

#include "ganymede/serve/catalogue_answers.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

using nlohmann::json;

struct Inner {
  static constexpr const char* kSchema = "Inner";
  std::int64_t count = 1;
};
template <class V>
void visit_fields(V& field, Inner& i) {
  field("count", i.count, {.about = "How many."});
}

struct Outer {
  std::string name = "n";
  std::optional<double> absent = {};
  Nullable<double> nothing = {};
  std::vector<Inner> list = {{}, {2}};
  std::map<std::string, Nullable<double>> by_name = {{"a", 0.5}, {"b", NAN}};
  operations::Interpolation kind = operations::Interpolation::kLinear;
};
template <class V>
void visit_fields(V& field, Outer& o) {
  field("name", o.name, {});
  field("absent", o.absent, {});
  field("nothing", o.nothing, {});
  field("list", o.list, {});
  field("by_name", o.by_name, {});
  field("kind", o.kind, {});
  field("old", o.name, {.about = "The old name of `name`.", .deprecated = true});
}

TEST(Answer, IsJsonByItsFieldList) {
  EXPECT_EQ(json_of(Outer{}), json::parse(R"({"name": "n", "nothing": null, "list": [{"count": 1}, {"count": 2}],
                                              "by_name": {"a": 0.5, "b": null}, "kind": "linear", "old": "n"})"));
}

TEST(Answer, IsDescribedByTheSameList) {
  const auto found = schema_of_answer<Outer>();
  EXPECT_EQ(json(found.schema), json::parse(R"({"type": "object",
    "required": ["name", "nothing", "list", "by_name", "kind", "old"],
    "properties": {
      "name": {"type": "string"}, "absent": {"type": "number"}, "nothing": {"type": ["number", "null"]},
      "list": {"type": "array", "items": {"$ref": "#/components/schemas/Inner"}},
      "by_name": {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
      "kind": {"enum": ["spherical", "linear"]},
      "old": {"type": "string", "description": "The old name of `name`.", "deprecated": true}}})"));
  ASSERT_TRUE(found.named.contains("Inner"));
  EXPECT_EQ(found.named.at("Inner")["properties"]["count"]["description"], "How many.");
}

TEST(Answer, NamedStructsAreCollectedOnce) {
  const auto found = schema_of_answer<ModelDetails>();
  EXPECT_EQ(found.schema["$ref"], "#/components/schemas/ModelDetails");
  EXPECT_TRUE(found.named.contains("ModelDetails") && found.named.contains("Layers"));
  EXPECT_FALSE(found.named.contains("Model")) << "what it has of one is its own";
}

}  // namespace
}  // namespace ganymede::serve
