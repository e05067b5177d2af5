// What is found out before a training by a process of its own: what it would take, and which images there are.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "ganymede/serve/catalogue_answers.h"

namespace ganymede::serve {

/// How such a process is run.
struct ProbeOptions {
  std::filesystem::path program;
  int threads = 1;
  std::function<bool()> ended;  ///< asked while it runs: true breaks it off
};

/// `ganymede recipes check`: times some steps of the recipe in `toml`, which takes seconds. Throws Error with the
/// command's words where it fails, Cancelled where it was broken off.
EstimateAnswer estimate(const ProbeOptions& options, const std::string& toml);
/// `ganymede data check`: what there is at `data`, and what the recipe would make of it. Throws as above.
DataCheckAnswer check_data(const ProbeOptions& options, const std::filesystem::path& data, const std::string& toml);

}  // namespace ganymede::serve
