// The API's description as a page to read.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ganymede::serve {

/// Markdown of an OpenAPI document as openapi_document() makes it: every route but those by old names, with its
/// parameters, body, answer and errors, then the objects that they name.
std::string rest_reference(const nlohmann::ordered_json& api);

}  // namespace ganymede::serve
