// ganymede recipes
#include "cli/command.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::cli {

void add_recipes(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "one JSON document");
  app.callback([json] {
    auto document = nlohmann::json::array();
    for (const auto& shipped : config::shipped_recipes()) {
      const auto recipe = config::load_recipe(shipped.name);
      document.push_back({{"name", recipe.name},
                          {"title", recipe.title},
                          {"data", recipe.data.name},
                          {"objective", recipe.objective.kind},
                          {"about", recipe.about}});
    }
    if (*json) return print_json(document);
    fmt::print("{:<18}{:<10}{:<11}{}\n", "RECIPE", "DATA", "OBJECTIVE", "TITLE");
    for (const auto& row : document) {
      fmt::print("{:<18}{:<10}{:<11}{}\n", row["name"].get<std::string>(), row["data"].get<std::string>(),
                 row["objective"].get<std::string>(), row["title"].get<std::string>());
    }
  });
}

}  // namespace ganymede::cli
