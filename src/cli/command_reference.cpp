#include "cli/command_reference.h"

#include <fmt/format.h>

#include "ganymede/core/markdown.h"
#include "ganymede/core/text.h"

namespace ganymede::cli {
namespace {

std::string usage_of(const CommandNode& node) {
  std::string out = node.path + (node.commands.empty() ? " [OPTIONS]" : " [OPTIONS] COMMAND");
  if (!node.commands.empty()) return out;
  for (const auto& one : node.arguments) {
    if (one.positional) out += one.required ? " " + one.name : " [" + one.name + "]";
  }
  return out;
}

std::string flag_row(const CommandArgument& one) {
  std::string name = one.positional || one.value.empty() ? one.name : one.name + " " + one.value;
  name = code_cell(name);
  if (one.letter != 0) name = code_cell(std::string("-") + one.letter) + ", " + name;
  std::string about = table_cell(one.about);
  if (one.required) about += " (required)";
  return fmt::format("| {} | {} | {} |\n", name, one.usual.empty() ? "" : code_cell(one.usual), about);
}

std::string flag_table(const CommandNode& node) {
  std::string out;
  for (const auto& one : node.arguments) {
    if (one.name != "--help") out += flag_row(one);
  }
  return out.empty() ? out : "\n| | default | |\n|---|---|---|\n" + out;
}

std::string command_part(const CommandNode& node, const std::string& marks) {
  std::string out = fmt::format("\n{} {}\n\n{}\n\n```text\n{}\n```\n{}", marks, node.path,
                                table_cell(sentence(node.summary)), usage_of(node), flag_table(node));
  for (const auto& one : node.commands) out += command_part(one, "###");
  return out;
}

constexpr const char* kEndOfReference = R"(
## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | what was asked for failed; standard error says why in one line |
| 2 | the command line, a recipe or a request cannot be meant |
| 130, 143 | stopped by Ctrl-C or SIGTERM, after saving what was done |

## Environment

| variable | means |
|---|---|
| `GANYMEDE_CUDA_GRAPHS` | `off`: training steps on a GPU are launched kernel by kernel instead of as recorded graphs |
| `GANYMEDE_DATA` | the folder where data sets are looked for |
| `GANYMEDE_DEVICE` | as `--device` |
| `GANYMEDE_ISA` | as `--isa` |
| `GANYMEDE_NCCL` | `off`: processes that have a GPU each exchange gradients over the CPUs, as others do |
| `NO_COLOR` | plain text on terminals |
)";

}  // namespace

std::string command_reference(const CommandNode& program) {
  std::string out =
      "# Commands\n\nMade by the program from the lists that its help, its manual pages and its completion"
      " come from.\n\n## Options of all commands\n\nThey may stand before or behind the command.\n";
  out += flag_table(program);
  for (const auto& one : program.commands) out += command_part(one, "##");
  return out + kEndOfReference;
}

}  // namespace ganymede::cli
