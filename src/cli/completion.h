// Scripts by which shells complete the program's commands, flags, values and recipes.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace ganymede::cli {

enum class Shell { kBash, kZsh, kFish };

/// `recipes` are the shipped ones' names: they stand where a recipe does.
std::string completion_script(Shell shell, const CommandNode& program, const std::vector<std::string>& recipes);

}  // namespace ganymede::cli
