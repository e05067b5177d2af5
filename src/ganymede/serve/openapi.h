// The description of the API (OpenAPI 3.1), made from what the routes say of themselves.
#pragma once

#include <string>

#include "ganymede/serve/router.h"

namespace ganymede::serve {

/// The whole document: a path item for every route that says what it is, and the schemas that these and the requests
/// refer to.
std::string openapi_document(const Router& router);

}  // namespace ganymede::serve
