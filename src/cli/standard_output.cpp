#include "cli/standard_output.h"

#include <fmt/format.h>

#include "ganymede/core/error.h"

namespace ganymede::cli {

void refuse_standard_output(const std::string& output, const std::string& what) {
  if (!is_standard_output(output)) return;
  throw UsageError(fmt::format("'-' is standard output, and no {}", what), "-o -",
                   fmt::format("name a {}; one that is called so is ./-", what));
}

void document_to_standard_output(std::string& output, bool& json) {
  if (!is_standard_output(output)) return;
  json = true;
  output.clear();
}

}  // namespace ganymede::cli
