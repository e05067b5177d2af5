#include "ganymede/models/fit.h"

#include <fmt/format.h>

namespace ganymede::models {

std::unique_ptr<objectives::Objective> fitting_objective(const config::Recipe& recipe, const Gan& gan) {
  auto objective = objectives::make_objective(recipe.objective);
  const auto& name = recipe.objective.kind;
  const auto logits = gan.discriminator.class_logits();
  const auto where = [&] { return recipe.objective.place.at(recipe.objective.values.get("name")); };
  if (objective->classifies() != (logits > 0)) {
    throw UsageError(fmt::format("objective '{}' and the discriminator's heads do not fit", name), where(),
                     logits > 0 ? "an objective such as acgan trains the head 'classes'; or take the heads away"
                                : "give [discriminator.heads] the lists 'adversarial' and 'classes'");
  }
  if (objective->translates() != recipe.translates()) {
    throw UsageError(
        fmt::format("objective '{}' {}", name, recipe.translates() ? "cannot translate" : "needs images to translate"),
        where(), recipe.translates() ? "use dtn, or take [source] and [encoder] away" : "give [source] and [encoder]");
  }
  gan.discriminator.expect_numbers(objective->output_size(), fmt::format("objective '{}'", name));
  return objective;
}

}  // namespace ganymede::models
