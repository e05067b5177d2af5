// ganymede reference
#include "cli/command.h"
#include "cli/command_reference.h"
#include "cli/manual.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/operations/descriptions.h"

namespace ganymede::cli {
namespace {

std::size_t write_pages(const std::filesystem::path& folder, const CLI::App& program) {
  for (const auto& page : operations::reference_pages()) write_file(folder / page.name, page.text);
  write_file(folder / "commands.md", command_reference(command_tree(program)));
  return operations::reference_pages().size() + 1;
}

std::size_t write_manual(const std::filesystem::path& folder, const CLI::App& program) {
  const auto pages = manual_pages(command_tree(program), GANYMEDE_VERSION);
  for (const auto& page : pages) write_file(folder / page.name, page.text);
  return pages.size();
}

}  // namespace

void add_reference(CLI::App& app) {
  struct Flags {
    std::string output;
    bool man = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("-o,--output", flags->output, "the folder to write the pages to")->required();
  app.add_flag("--man", flags->man, "the manual pages of all commands instead, for man");
  app.callback([flags, program = app.get_parent()] {
    refuse_standard_output(flags->output, "folder");
    const auto pages = flags->man ? write_manual(flags->output, *program) : write_pages(flags->output, *program);
    fmt::print("{} in {}\n", counted(pages, "page"), flags->output);
  });
}

}  // namespace ganymede::cli
