// Metrics of a model's images against its data, or of any two sets of images.
#pragma once

#include <nlohmann/json.hpp>

#include "ganymede/operations/control.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/model.h"
#include "ganymede/quality/evaluator.h"

namespace ganymede::operations {

struct EvaluateResult {
  quality::Metrics values = {};
  nlohmann::json metrics = {};   ///< {"fid": 12.3, "kid": {"mean", "std"}, ...}: under the field's names
  nlohmann::json protocol = {};  ///< everything they depend on: features, both sets, seeds, sizes
};

/// Generates, compares and writes the files asked for (`output`, `scatter`, `memorisation`). Networks run on `device`.
/// Progress counts images and generates, for each stretch of the work anew. Throws FieldError and UsageError for what
/// cannot be meant, Error for what cannot be read and for too few images, Cancelled.
EvaluateResult evaluate(const EvaluateRequest& request, const torch::Device& device = torch::kCPU,
                        const Control& control = {});
/// The same of a model in memory; `request.model` is not read.
EvaluateResult evaluate(const ModelPtr& model, const EvaluateRequest& request, const Control& control = {});

}  // namespace ganymede::operations
