// Images of random points of the latent space, of given points, or of given coordinates.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// Throws FieldError for what the model cannot do, Cancelled.
GenerateResult generate(const Model& model, const GenerateRequest& request, const Control& control = {});
/// The same, to be generated elsewhere; keeps the model.
Plan<GenerateResult> plan(const ModelPtr& model, const GenerateRequest& request);

}  // namespace ganymede::operations
