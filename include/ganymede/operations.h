// What can be asked of a model. The requests, with their defaults and ranges, are those of the command line and of the
// REST API; docs/reference/ has a page of each.
#pragma once

#include <span>
#include <vector>

#include "ganymede/control.h"
#include "ganymede/error.h"
#include "ganymede/export.h"
#include "ganymede/image.h"
#include "ganymede/model.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/results.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

using operations::Interpolation;
using operations::Point;    // {.seed = 7, .index = 3}, or {.z = {...}}
using operations::Weights;  // those after training, or before it

using operations::ArithmeticRequest;
using operations::ArithmeticResult;
using operations::BlendRequest;
using operations::DirectionRequest;
using operations::DirectionResult;
using operations::ExemplarsRequest;
using operations::ExemplarsResult;
using operations::FramesResult;
using operations::GenerateRequest;
using operations::GenerateResult;
using operations::InterpolateRequest;
using operations::NearestImagesRequest;
using operations::NearestImagesResult;
using operations::ProjectRequest;
using operations::ProjectResult;
using operations::TranslateRequest;
using operations::WalkRequest;

// Each may be called from several threads at once, with one model or several. Each throws UsageError for a request
// outside its ranges or one that the model cannot do (where() names the field), Cancelled, and Error for what fails.

/// Images of random points of the latent space, of given points, or of given coordinates.
GANYMEDE_API GenerateResult generate(const Model& model, const GenerateRequest& request = {},
                                     const Control& control = {});
/// From point to point.
GANYMEDE_API FramesResult interpolate(const Model& model, const InterpolateRequest& request = {},
                                      const Control& control = {});
/// Around random points, back to the first.
GANYMEDE_API FramesResult walk(const Model& model, const WalkRequest& request = {}, const Control& control = {});
/// Weighted mixes of points.
GANYMEDE_API FramesResult blend(const Model& model, const BlendRequest& request, const Control& control = {});
/// mean(a) - mean(b) + mean(c).
GANYMEDE_API ArithmeticResult arithmetic(const Model& model, const ArithmeticRequest& request,
                                         const Control& control = {});
/// What tells two groups of points apart, added to other points.
GANYMEDE_API DirectionResult direction(const Model& model, const DirectionRequest& request,
                                       const Control& control = {});
/// The training images nearest to generated ones; the training data must be at hand.
GANYMEDE_API NearestImagesResult nearest_images(const Model& model, const NearestImagesRequest& request = {},
                                                const Control& control = {});
/// The images that a classifier of the training data is surest of, for each class.
GANYMEDE_API ExemplarsResult exemplars(const Model& model, const ExemplarsRequest& request = {},
                                       const Control& control = {});
/// The points whose images are most like those of the request's files, or those given, whose files are then not read.
GANYMEDE_API ProjectResult project(const Model& model, const ProjectRequest& request, const Control& control = {});
GANYMEDE_API ProjectResult project(const Model& model, std::span<const Image> images,
                                   const ProjectRequest& request = {}, const Control& control = {});
/// Images translated by a model that translates, one for one, each after it was cropped and resized to the model's size
/// and channels. Those of a request are its files, and of each folder the images in it and below it, by their names.
GANYMEDE_API std::vector<Image> translate(const Model& model, std::span<const Image> images,
                                          const Control& control = {});
GANYMEDE_API std::vector<Image> translate(const Model& model, const TranslateRequest& request,
                                          const Control& control = {});

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
