// A model that was never trained, for tests that only need images of some sort.
#pragma once

#include "ganymede/models/initialise.h"
#include "ganymede/operations/model.h"
#include "support/recipes.h"

namespace ganymede::operations {

inline ModelPtr small_model(std::vector<std::string> classes = {}) {
  const std::string first =
      classes.empty() ? "" : fmt::format("{{ label_embedding = 8, classes = {} }}, ", classes.size());
  const std::string second =
      classes.empty() ? "{ dense = 1 }" : fmt::format("{{ projection = true, classes = {} }}", classes.size());
  const auto recipe =
      test::recipe_of(first + "{ dense = 12 }, { reshape = [3, 2, 2] }, \"tanh\"", "\"flatten\", " + second);
  checkpoint::Model model{recipe, models::build_gan(recipe), {}, 0, {}, std::move(classes)};
  // Other weights than those before training.
  models::initialise(model.gan.generator, recipe.generator, 12345, "generator");
  models::initialise(model.gan.discriminator, recipe.discriminator, 1, "discriminator");
  return std::make_shared<const Model>(std::move(model));
}

}  // namespace ganymede::operations
