#include "ganymede/core/progress.h"

#include <fmt/format.h>

#include <algorithm>

namespace ganymede {

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds) + 0.5);
  const auto hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  if (hours > 0) return fmt::format("{} h {:02} min", hours, minutes);
  if (minutes > 0) return fmt::format("{} min {:02} s", minutes, rest);
  return fmt::format("{} s", rest);
}

}  // namespace ganymede
