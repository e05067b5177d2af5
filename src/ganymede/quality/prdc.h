// Precision and recall (Kynkaanniemi et al., "Improved precision and recall metric for assessing generative models",
// 2019), density and coverage (Naeem et al., "Reliable fidelity and diversity metrics for generative models", 2020).
#pragma once

#include <cstdint>
#include <functional>

#include "ganymede/core/torch_compat.h"

namespace ganymede::quality {

struct Prdc {
  double precision = 0;  ///< share of generated images within some real image's radius
  double recall = 0;     ///< share of real images within some generated image's radius
  double density = 0;    ///< real radii that a generated image lies in, on average, divided by k
  double coverage = 0;   ///< share of real images with a generated one within their radius
};

/// Squared distances f64 [N] of features [N, D] to the k-th nearest of the same set. Throws Error, naming `name`, when
/// there are no more than k. `report` hears how many are done.
Tensor squared_radii(const Tensor& features, std::int64_t k, const char* name,
                     const std::function<void(std::int64_t)>& report = {});

/// Of features [N, D] and [M, D]. An image's radius is the distance to the k-th nearest of its own set, itself not
/// counted; "within" is nearer than that. Memory grows with N + M, not with N * M. `report` hears how many of the
/// 2 N + M passes over a set are done. Throws Error when a set has no more than k images or the widths differ.
Prdc prdc(const Tensor& real, const Tensor& fake, std::int64_t k = 5,
          const std::function<void(std::int64_t)>& report = {});

}  // namespace ganymede::quality
