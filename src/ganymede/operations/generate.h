// Images of random points of the latent space, of given points, or of given coordinates.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// How many images it asks for, before the best of them are chosen.
std::size_t images_of(const GenerateRequest& request);

/// Throws FieldError for what the model cannot do, Cancelled.
GenerateResult generate(const Model& model, const GenerateRequest& request, const Control& control = {});
/// The same images one by one, for more of them than memory holds: `take` gets each, in no order, from several threads
/// at once, each of which generates a few and gives them away. All but the images. Throws FieldError for `best`, which
/// has to see all of them, too.
GenerateResult generate_each(const Model& model, const GenerateRequest& request,
                             const std::function<void(GeneratedImage&&)>& take, const Control& control = {});
/// The same, to be generated elsewhere; keeps the model.
Plan<GenerateResult> plan(const ModelPtr& model, const GenerateRequest& request);

}  // namespace ganymede::operations
