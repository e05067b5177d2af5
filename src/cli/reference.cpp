// ganymede reference
#include "cli/answers.h"
#include "cli/command.h"
#include "cli/command_reference.h"
#include "cli/manual.h"
#include "cli/standard_output.h"
#include "ganymede/core/counted.h"
#include "ganymede/core/files.h"
#include "ganymede/operations/descriptions.h"
#include "ganymede/recipe/recipe_reference.h"
#include "ganymede/serve/api.h"
#include "ganymede/serve/rest_reference.h"

namespace ganymede::cli {
namespace {

std::size_t write_pages(const std::filesystem::path& folder, const CLI::App& program) {
  auto pages = operations::reference_pages();
  pages.push_back({"commands.md", command_reference(command_tree(program))});
  pages.push_back({"recipe.md", config::recipe_reference()});
  pages.push_back({"layers.md", config::layer_reference()});
  pages.push_back({"rest.md", serve::rest_reference(nlohmann::ordered_json::parse(serve::api_description()))});
  for (const auto& page : pages) write_file(folder / page.name, page.text);
  return pages.size();
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
    bool man = false, openapi = false, answers = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("-o,--output", flags->output, "the folder to write the pages to")->required();
  auto* man = app.add_flag("--man", flags->man, "the manual pages of all commands instead, for man");
  app.add_flag("--openapi", flags->openapi, "the REST API's description instead, openapi.json")->excludes(man);
  app.add_flag("--answers", flags->answers, "what the launcher is built with")->group("")->excludes(man);
  app.callback([flags, program = app.get_parent()] {
    refuse_standard_output(flags->output, "folder");
    if (flags->openapi)
      return write_file(std::filesystem::path(flags->output) / "openapi.json", serve::api_description());
    if (flags->answers) return write_file(std::filesystem::path(flags->output) / "answers", fixed_answers(*program));
    const auto pages = flags->man ? write_manual(flags->output, *program) : write_pages(flags->output, *program);
    fmt::print("{} in {}\n", counted(pages, "page"), flags->output);
  });
}

}  // namespace ganymede::cli
