// The commands' manual pages.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace ganymede::cli {

struct ManualPage {
  std::string name, text;  ///< "ganymede-train.1", in roff
};

/// One page for the program and one for each of its commands; what stands below a command is in that command's page.
std::vector<ManualPage> manual_pages(const CommandNode& program, const std::string& version);

}  // namespace ganymede::cli
