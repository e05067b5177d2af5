// The description of the API (OpenAPI 3.1), made from what the routes say of themselves.
#pragma once

#include <string>

#include "ganymede/serve/router.h"

namespace ganymede::serve {

/// The schema {"$ref": "#/components/schemas/NAME"}.
nlohmann::ordered_json schema_ref(const std::string& name);
/// A success that holds one JSON document.
std::vector<std::pair<std::string, nlohmann::ordered_json>> json_content(nlohmann::ordered_json schema);

/// The whole document: `openapi.json`, which has the title and the answers' schemas, with a path item for every route
/// that says what it is, and the schema of a point.
std::string openapi_document(const Router& router);

}  // namespace ganymede::serve
