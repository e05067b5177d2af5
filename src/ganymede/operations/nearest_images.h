// The training images nearest to generated ones: whether a model generates what it has seen.
#pragma once

#include <memory>

#include "ganymede/data/dataset.h"
#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"
#include "ganymede/quality/nearest_images.h"

namespace ganymede::operations {

/// Opens the model's training data and looks through all of it. Progress counts its images. Throws FieldError for what
/// the model cannot do, Error where the data is not at hand, Cancelled.
NearestImagesResult nearest_images(const Model& model, const NearestImagesRequest& request,
                                   const Control& control = {});

// The same in its parts, for who keeps data sets open.

/// The generation alone.
Plan<std::vector<GeneratedImage>> plan(const ModelPtr& model, const NearestImagesRequest& request);
/// The images that a model was trained on: at `path`, or if empty where its run says or data sets usually are. Throws
/// Error where they are not at hand.
std::shared_ptr<const data::Dataset> training_images(const Model& model, const std::string& path = {});
/// The nearest to what the model generated, among all of `training`. `request.data` is not read.
NearestImagesResult nearest_among(const data::Dataset& training, const Model& model,
                                  std::vector<GeneratedImage> generated, const NearestImagesRequest& request,
                                  const Control& control = {});

}  // namespace ganymede::operations
