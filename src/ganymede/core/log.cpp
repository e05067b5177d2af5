#include "ganymede/core/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <cstdlib>

#include "ganymede/core/terminal_line.h"

namespace ganymede {
namespace {

/// Messages name files and quote what stands in them: nothing of that may steer the terminal.
class LineFormatter : public spdlog::formatter {
 public:
  LineFormatter() : pattern_("%H:%M:%S %^%l%$ %v") {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string text = terminal_line({message.payload.data(), message.payload.size()});
    spdlog::details::log_msg shown = message;
    shown.payload = text;
    pattern_.format(shown, out);
    message.color_range_start = shown.color_range_start;
    message.color_range_end = shown.color_range_end;
  }

  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<LineFormatter>(); }

 private:
  spdlog::pattern_formatter pattern_;
};

}  // namespace

void start_logging(spdlog::level::level_enum level) {
  const char* const plain = std::getenv("NO_COLOR");  // https://no-color.org
  const auto colours = plain != nullptr && *plain != '\0' ? spdlog::color_mode::never : spdlog::color_mode::automatic;
  auto logger = spdlog::stderr_color_mt("ganymede", colours);
  logger->set_formatter(std::make_unique<LineFormatter>());
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace ganymede
