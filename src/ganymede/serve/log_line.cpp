#include "ganymede/serve/log_line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace ganymede::serve {

void log_line(const nlohmann::ordered_json& what) {
  nlohmann::ordered_json line{{"time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))}};
  line.update(what);
  // All but ASCII written out, for terminals; print() would throw where stderr is full.
  std::fputs((line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n").c_str(), stderr);
}

}  // namespace ganymede::serve
