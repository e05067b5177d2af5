// Vector arithmetic in the latent space: A - B + C, and directions.
#pragma once

#include "ganymede/operations/drawing.h"
#include "ganymede/operations/exemplars.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

struct ArithmeticResult {
  std::vector<DrawnImage> images = {};               ///< nine: the result in the middle [4] of eight perturbations
  DrawnImage mean_a = {}, mean_b = {}, mean_c = {};  ///< the operands
  std::optional<NamedClasses> named = {};            ///< of `images`, where `classify` asks for it
};

/// mean(a) - mean(b) + mean(c) (Radford et al. 2016, section 6.3.2). Throws FieldError for what the model cannot do,
/// Cancelled.
ArithmeticResult arithmetic(const Model& model, const ArithmeticRequest& request, const Control& control = {});
Plan<ArithmeticResult> plan(const ModelPtr& model, const ArithmeticRequest& request);

struct DirectionResult {
  std::vector<DrawnImage> images = {};  ///< `frames` for each point of `apply`, one point after another
  std::int64_t frames = 0;
  std::vector<float> direction = {};            ///< mean(with) - mean(without)
  std::vector<std::vector<float>> starts = {};  ///< the points it was added to
};

/// Each point of `apply` plus the direction times `strength`, from minus to plus. Throws as above.
DirectionResult direction(const Model& model, const DirectionRequest& request, const Control& control = {});
Plan<DirectionResult> plan(const ModelPtr& model, const DirectionRequest& request);

}  // namespace ganymede::operations
