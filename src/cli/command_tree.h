// The program's commands as data: what manual pages and the shells' completion are made of.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ganymede::cli {

struct CommandArgument {
  std::string name;                       ///< "--points", or "-n"; "recipe" of one that has no flag
  char letter = 0;                        ///< of its short flag beside the long one
  std::string about;                      ///< one line
  std::string value;                      ///< what it takes: "N", "FILE"; empty for one that takes nothing
  std::string usual = {};                 ///< its default, where there is one
  std::vector<std::string> choices = {};  ///< the only values, where there are a few
  bool required = false, positional = false;
};

struct CommandNode {
  std::string path;     ///< "ganymede explore interpolate"
  std::string summary;  ///< one line
  std::vector<CommandArgument> arguments = {};
  std::vector<CommandNode> commands = {};

  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

/// The program and everything below it. Old names are left out.
CommandNode command_tree(const CLI::App& program);

}  // namespace ganymede::cli
