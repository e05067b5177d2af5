// The training images nearest to generated ones: whether a model generates what it has seen.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"
#include "ganymede/quality/nearest_images.h"

namespace ganymede::operations {

/// Opens the model's training data and looks through all of it. Progress counts its images. Throws FieldError for what
/// the model cannot do, Error where the data is not at hand, Cancelled.
NearestImagesResult nearest_images(const Model& model, const NearestImagesRequest& request,
                                   const Control& control = {});
/// The generation alone: who keeps data sets open looks through them himself.
Plan<std::vector<GeneratedImage>> plan(const ModelPtr& model, const NearestImagesRequest& request);

}  // namespace ganymede::operations
