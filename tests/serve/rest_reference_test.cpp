#include "ganymede/serve/rest_reference.h"

#include "support/support.h"

namespace ganymede::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const char* const kApi = R"({
  "info": {"description": "All of it."},
  "paths": {
    "/things/{id}": {"post": {
      "summary": "Change a thing",
      "parameters": [
        {"name": "id", "in": "path", "required": true, "description": "As listed.", "schema": {"type": "string"}},
        {"name": "points", "in": "query", "schema": {"type": "integer", "minimum": 2, "maximum": 9, "default": 4}}],
      "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "required": ["name"], "properties": {
          "name": {"type": "string", "description": "A|B."},
          "kind": {"enum": ["a", "b", null]},
          "old": {"type": "boolean", "deprecated": true},
          "list": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "number", "minimum": 0}}}}}}},
      "responses": {
        "200": {"description": "The thing.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}, "image/png": {}}},
        "404": {"$ref": "#/components/responses/404"}}}},
    "/stop": {"post": {"summary": "Stop",
                       "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                       "responses": {"204": {"description": "Done."}}}},
    "/old": {"get": {"summary": "Old", "deprecated": true, "responses": {}}}},
  "components": {
    "schemas": {"Thing": {"type": "object", "properties": {
      "size": {"type": ["integer", "null"], "description": "In bytes."},
      "by": {"type": "object", "additionalProperties": {"type": "boolean"}}}}},
    "responses": {"404": {"description": "There is no such thing."}}}
})";

TEST(RestReference, HasRoutesObjectsAndErrors) {
  const auto page = rest_reference(nlohmann::ordered_json::parse(kApi));
  EXPECT_THAT(page, HasSubstr("\n## POST /things/{id}\n\nChange a thing.\n"));
  EXPECT_THAT(page, HasSubstr("| `id` | text | required | As listed. (path) |\n"));
  EXPECT_THAT(page, HasSubstr("| `points` | whole number, 2 to 9 | `4` |  |\n"));
  EXPECT_THAT(page, HasSubstr("| `name` | text | required | A\\|B. |\n"));
  EXPECT_THAT(page, HasSubstr("| `kind` | `a`, `b` |  |  |\n")) << "a request's null is no value";
  EXPECT_THAT(page, HasSubstr("| `list` | list of 1 to 3 number, at least 0 |  |  |\n"));
  EXPECT_THAT(page, HasSubstr("\n200: The thing. `application/json`: [Thing](#thing), `image/png`.\n\nErrors: 404.\n"));
  EXPECT_THAT(page, HasSubstr("\n## POST /stop\n\nStop.\n\nThe body is `{}`.\n\n204: Done.\n"));
  EXPECT_THAT(page, HasSubstr("\n## Thing\n"));
  EXPECT_THAT(page, HasSubstr("| `size` | whole number or null | In bytes. |\n"));
  EXPECT_THAT(page, HasSubstr("| `by` | object by name of true or false |  |\n"));
  EXPECT_THAT(page, HasSubstr("| 404 | There is no such thing. |\n"));
  EXPECT_THAT(page, Not(HasSubstr("old")));
  EXPECT_THAT(page, Not(HasSubstr("Old")));
}

}  // namespace
}  // namespace ganymede::serve
