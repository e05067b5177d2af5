// What the program always answers alike: its help, the shipped recipes, their layer tables. `reference --answers`
// writes it for the launcher, which gives it without loading LibTorch.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ganymede::cli {

/// All of it, in the form that launcher/answers.h tells.
std::string fixed_answers(const CLI::App& program);

// What commands print.
std::string recipes_text(bool as_json);                           ///< ganymede recipes
std::string summary_text(const std::string& what, bool as_json);  ///< ganymede summary WHAT

}  // namespace ganymede::cli
