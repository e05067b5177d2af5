// Vector arithmetic in the latent space: A - B + C, and directions.
#pragma once

#include "ganymede/operations/exemplars.h"
#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// mean(a) - mean(b) + mean(c) (Radford et al. 2016, section 6.3.2). Throws FieldError for what the model cannot do,
/// Cancelled. The plan of one that classifies holds the classifier, which was trained by then, or read from the cache.
ArithmeticResult arithmetic(const Model& model, const ArithmeticRequest& request, const Control& control = {});
Plan<ArithmeticResult> plan(const ModelPtr& model, const ArithmeticRequest& request);

/// Each point of `apply` plus the direction times `strength`, from minus to plus. Throws as above.
DirectionResult direction(const Model& model, const DirectionRequest& request, const Control& control = {});
Plan<DirectionResult> plan(const ModelPtr& model, const DirectionRequest& request);

}  // namespace ganymede::operations
