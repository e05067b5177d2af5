// Recipes whose number of classes is that of their data: classes = "data".
#pragma once

#include <cstdint>

#include "ganymede/recipe/recipe.h"

namespace ganymede::config {

/// Whether a layer or a head of the recipe says classes = "data". Until with_classes() its networks are outlines with
/// nn::kAssumedClasses.
bool follows_data(const Recipe& recipe);

/// The recipe with `classes` in all of these places. Throws UsageError where no layer can have so many.
Recipe with_classes(const Recipe& recipe, std::int64_t classes);

}  // namespace ganymede::config
