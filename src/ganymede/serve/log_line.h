// What a server writes about its clients: lines of JSON on stderr.
#pragma once

#include <nlohmann/json.hpp>

namespace ganymede::serve {

/// Writes one line: the time, then the fields of `what`. Text from outside cannot end it or move a terminal's cursor.
void log_line(const nlohmann::ordered_json& what);

}  // namespace ganymede::serve
