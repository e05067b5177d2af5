// Images of random points of the latent space, of given points, or of given coordinates.
#pragma once

#include "ganymede/operations/drawing.h"
#include "ganymede/operations/requests.h"

namespace ganymede::operations {

struct GenerateResult {
  std::vector<DrawnImage> images = {};     ///< in order; best first where only the best were asked for
  std::optional<std::uint64_t> seed = {};  ///< nothing where points or coordinates were given
  std::int64_t drawn = 0;                  ///< how many, before the best were chosen
  std::int64_t columns = 1;                ///< in which they lie well: one for each class, else about a square
};

/// Throws FieldError for what the model cannot do, Cancelled.
GenerateResult generate(const Model& model, const GenerateRequest& request, const Control& control = {});
/// The same, to be drawn elsewhere; keeps the model.
Plan<GenerateResult> plan(const ModelPtr& model, const GenerateRequest& request);

}  // namespace ganymede::operations
