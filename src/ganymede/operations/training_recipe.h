// The recipe that a training request means.
#pragma once

#include "ganymede/operations/train_request.h"
#include "ganymede/recipe/recipe.h"

namespace ganymede::operations {

/// The recipe file or the shipped recipe, with what the request changes; a resumed run goes on with the recipe in its
/// folder, changed likewise. Throws UsageError for what no recipe can hold, for another recipe than the run's, and for
/// data that the recipe would not look at.
config::Recipe training_recipe(const TrainRequest& request);

/// A recipe that was written for a fine-tuning tells in `about` what to type ("--from ..."): that; else empty.
std::string meant_to_start_from(const config::Recipe& recipe);

}  // namespace ganymede::operations
