#include "cli/version.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/version.h>

#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/core/instruction_level.h"

namespace ganymede::cli {

std::string version_text() {
  std::string level = name_of(detected_level());
  try {
    if (const auto used = instruction_level(); used != detected_level())
      level = fmt::format("{} of {}", name_of(used), level);
  } catch (const UsageError&) {  // a level that is none is refused where work begins
  }
  return fmt::format(
      "{}\n  commit             {}\n  LibTorch           {}\n  compiler           {}\n"
      "  instruction level  {}\n  options            {}",
      GANYMEDE_VERSION, GANYMEDE_COMMIT, TORCH_VERSION, __VERSION__, level, GANYMEDE_BUILD_OPTIONS);
}

}  // namespace ganymede::cli
