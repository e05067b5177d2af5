// The page of the documentation that has every command with its flags.
#pragma once

#include <string>

#include "cli/command_tree.h"

namespace ganymede::cli {

/// commands.md, in Markdown: a part for each of the program's commands, and below it those that it has.
std::string command_reference(const CommandNode& program);

}  // namespace ganymede::cli
