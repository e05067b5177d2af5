// Parts of a request's query.
#pragma once

#include <string>
#include <vector>

#include "ganymede/serve/http.h"

namespace ganymede::serve {

/// A whole number of the query from `low` to `high`, `fallback` where it is absent. Throws Problem 422.
std::size_t number_in(const Request& request, const std::string& name, std::size_t fallback, std::size_t low,
                      std::size_t high);
/// What stands between the commas; empty where it is absent. Throws Problem 422 for more than `most`.
std::vector<std::string> words_in(const Request& request, const std::string& name, std::size_t most);

}  // namespace ganymede::serve
