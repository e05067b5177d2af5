// ganymede reference
#include "cli/command.h"
#include "ganymede/core/files.h"
#include "ganymede/operations/descriptions.h"

namespace ganymede::cli {

void add_reference(CLI::App& app) {
  auto folder = std::make_shared<std::string>();
  app.add_option("-o,--output", *folder, "the folder to write the pages to")->required();
  app.callback([folder] {
    const std::filesystem::path place(*folder);
    for (const auto& page : operations::reference_pages()) {
      const Bytes content(page.text.begin(), page.text.end());
      write_file(place / page.name, content);
    }
    fmt::print("{} pages in {}\n", operations::reference_pages().size(), *folder);
  });
}

}  // namespace ganymede::cli
