// A request's query as a field list, as bodies have: its values, their checks and their description come from one
// place.
#pragma once

#include <string>
#include <vector>

#include "ganymede/operations/field.h"
#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// Fills what is behind `fields` from the query; a list stands between commas, and names that nobody knows are passed
/// over. Throws FieldError.
void read_query(const Request& request, const operations::FieldList& fields);

/// The query of a request as a struct with a field list.
template <class Query>
Query query_of(const Request& request) {
  Query query;
  read_query(request, operations::fields_of(query));
  return query;
}

/// The fields as parameters of an OpenAPI operation.
std::vector<nlohmann::ordered_json> query_parameters(const operations::FieldList& fields);
template <class Query>
std::vector<nlohmann::ordered_json> parameters_of() {
  Query query;
  return query_parameters(operations::fields_of(query));
}

}  // namespace ganymede::serve
