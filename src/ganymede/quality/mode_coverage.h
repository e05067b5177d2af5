// How many kinds of shapes of the data set `shapes` a generator makes, and how evenly: the count of modes and the
// divergence of Metz et al. ("Unrolled generative adversarial networks", 2017), with an exact referee.
#pragma once

#include <array>

#include "ganymede/data/dataset.h"
#include "ganymede/data/shapes.h"

namespace ganymede::quality {

struct ModeCoverage {
  int found = 0;     ///< classes with at least one clear shape
  double clear = 0;  ///< share of generated images that show a clear shape
  /// KL of the generated classes' frequencies from the data's, in nats, over clear shapes. Where no image shows one,
  /// the largest it can be: as if all showed the data's rarest class (2.3 of ten equally frequent ones).
  double divergence = 0;
  std::array<double, data::kShapeClasses> frequencies{};  ///< of the generated clear shapes
};

/// Attributes each image of both sets to a class (data/shape_attribution.h). Throws Error when no image of `real`, or
/// of a class that `fake` shows, is a clear shape: the data is not `shapes` then.
ModeCoverage mode_coverage(const data::Dataset& real, const data::Dataset& fake);

}  // namespace ganymede::quality
