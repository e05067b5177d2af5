// Whether a recipe's networks are what its objective can train.
#pragma once

#include "ganymede/models/gan.h"
#include "ganymede/objectives/objective.h"

namespace ganymede::models {

/// The recipe's objective. Throws UsageError for an unknown one, for heads that do not fit it, for a discriminator that
/// ends in another number of outputs than it reads, and for a recipe that translates where it does not, or the reverse.
std::unique_ptr<objectives::Objective> fitting_objective(const config::Recipe& recipe, const Gan& gan);

}  // namespace ganymede::models
