// ganymede summary RECIPE|MODEL
#include "cli/command.h"
#include "cli/recipe_flags.h"
#include "ganymede/models/gan.h"
#include "ganymede/models/summary.h"
#include "ganymede/objectives/objective.h"
#include "ganymede/objectives/penalty.h"

namespace ganymede::cli {
void add_summary(CLI::App& app) {
  struct Flags {
    std::string what;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("what", flags->what, "a recipe file, a shipped recipe's name, a model file or a run folder")->required();
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] {
    const auto recipe = recipe_or_model(flags->what);
    const auto gan = models::build_gan(recipe);
    objectives::make_objective(recipe.objective);  // a recipe that names an unknown one is wrong here as well
    for (const auto& penalty : recipe.penalties) objectives::make_penalty(penalty);
    const auto generator = models::summarise(gan.generator), discriminator = models::summarise(gan.discriminator);
    if (flags->json) return print_json({{"generator", models::to_json(generator)}, {"discriminator", models::to_json(discriminator)}});
    fmt::print("{}\n\n{}\n{}", recipe.name, models::to_text(generator, "Generator"), models::to_text(discriminator, "Discriminator"));
  });
}

}  // namespace ganymede::cli
