// The recipe that a training request means.
#pragma once

#include "ganymede/operations/train_request.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::operations {

/// What the request changes in its recipe, as texts that config::apply_override() takes: those of `set` come first.
std::vector<std::string> recipe_changes(const TrainRequest& request);

/// The recipe file or the shipped recipe, with what the request changes; a resumed run goes on with the recipe in its
/// folder, changed likewise. Throws UsageError for what no recipe can hold, for another recipe than the run's, and for
/// data that the recipe would not look at.
config::Recipe training_recipe(const TrainRequest& request);

/// A look at what reading a recipe cannot see: whether the networks are what the objective trains, and whether there is
/// such a metric. Throws UsageError.
void check_recipe(const config::Recipe& recipe);

/// A recipe that was written for a fine-tuning tells in `about` what to type ("--from ..."): that; else empty.
std::string meant_to_start_from(const config::Recipe& recipe);

}  // namespace ganymede::operations
