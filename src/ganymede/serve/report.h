// Runs as one page that can be mailed: it asks no server for anything.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ganymede::serve {

struct ReportOptions {
  std::string title;        ///< the runs' names unless given
  std::size_t samples = 8;  ///< of each run, spread over its steps; the first and the last are among them
};

/// HTML with the runs' curves, samples, recipes, figures and environments in it. What a run says of this machine's
/// paths is left out, as it is in the studio. Throws Error for what is no run folder.
std::string report_page(const std::vector<std::filesystem::path>& runs, const ReportOptions& options);

}  // namespace ganymede::serve
