// Images between points of the latent space: through given ones, around random ones, and weighted mixes.
#pragma once

#include "ganymede/operations/generator_input.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

/// From the first point through all to the last. Points of different classes, or `to_class`, mean classes that change
/// evenly as well. Throws FieldError for what the model cannot do, Cancelled.
FramesResult interpolate(const Model& model, const InterpolateRequest& request, const Control& control = {});
/// Around random points, back to the first: its end is not generated twice.
FramesResult walk(const Model& model, const WalkRequest& request, const Control& control = {});
/// sum(w_i z_i) / |w| for each row of weights, which keeps the length of normal noise; classes are mixed by w / sum(w).
FramesResult blend(const Model& model, const BlendRequest& request, const Control& control = {});

/// The same, to be generated elsewhere; they keep the model.
Plan<FramesResult> plan(const ModelPtr& model, const InterpolateRequest& request);
Plan<FramesResult> plan(const ModelPtr& model, const WalkRequest& request);
Plan<FramesResult> plan(const ModelPtr& model, const BlendRequest& request);

}  // namespace ganymede::operations
