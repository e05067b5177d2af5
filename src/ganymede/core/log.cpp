#include "ganymede/core/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace ganymede {

void start_logging(spdlog::level::level_enum level) {
  auto logger = spdlog::stderr_color_mt("ganymede");
  logger->set_pattern("%H:%M:%S %^%l%$ %v");
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace ganymede
