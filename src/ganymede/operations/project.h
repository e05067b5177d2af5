// From images back to what a model would make them of.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// Searches by gradient descent for the points whose images are most like given ones (see explore/project.h). Progress
/// counts its steps. Throws FieldError, Error for a file that is no image, Cancelled.
ProjectResult project(const Model& model, const ProjectRequest& request, const Control& control = {});
/// The same for images in memory; `request.images` is not read.
ProjectResult project(const Model& model, std::span<const image::Image> images, const ProjectRequest& request,
                      const Control& control = {});

}  // namespace ganymede::operations
