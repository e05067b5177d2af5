// The log: plain lines on stderr. Results never go here, they go to stdout.
#pragma once

#include <spdlog/spdlog.h>

namespace ganymede {

/// Sends the log to stderr with the given lowest level. Call once, from main().
void start_logging(spdlog::level::level_enum level);

}  // namespace ganymede
