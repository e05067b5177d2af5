// ganymede summary RECIPE|MODEL
#include "ganymede/models/summary.h"

#include "cli/answers.h"
#include "cli/command.h"
#include "ganymede/nn/labels.h"
#include "ganymede/operations/model.h"
#include "ganymede/recipe/class_count.h"

namespace ganymede::cli {

std::string summary_text(const std::string& what, bool as_json) {
  const auto recipe = operations::recipe_or_model(what);
  const auto gan = models::outline_gan(recipe);
  std::vector<std::pair<std::string, models::Summary>> networks;
  if (gan.encoder) networks.emplace_back("encoder", models::summarise(*gan.encoder));
  networks.emplace_back("generator", models::summarise(gan.generator));
  networks.emplace_back("discriminator", models::summarise(gan.discriminator));
  if (as_json) {
    nlohmann::json document;
    for (const auto& [name, summary] : networks) document[name] = models::to_json(summary);
    if (config::follows_data(recipe)) document["assumed_classes"] = nn::kAssumedClasses;
    return json_text(document);
  }
  std::string out = recipe.name + "\n";
  if (config::follows_data(recipe))
    out += fmt::format("its classes follow the data: counted as {}\n", nn::kAssumedClasses);
  for (auto& [name, summary] : networks) {
    std::string title = name;
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
    out += "\n" + models::to_text(summary, title);
  }
  return out;
}

void add_summary(CLI::App& app) {
  struct Flags {
    std::string what;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  app.add_option("what", flags->what, "a recipe file, a shipped recipe's name, a model file or a run folder")
      ->required();
  app.add_flag("--json", flags->json, "one JSON document");
  app.callback([flags] { fmt::print("{}", summary_text(flags->what, flags->json)); });
}

}  // namespace ganymede::cli
