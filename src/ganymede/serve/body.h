// The JSON body of a request.
#pragma once

#include "ganymede/operations/field.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// Throws Problem 415 for another content type, 400 for text that is no JSON or nested too deeply, 422 for JSON that is
/// no object.
nlohmann::json body_of(const Request& request);

/// Fills the request behind `fields` from the body as a server's client may: see operations::read_json().
void read_body(const Request& request, const operations::FieldList& fields);

}  // namespace ganymede::serve
