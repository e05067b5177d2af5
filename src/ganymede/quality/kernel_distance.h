// Kernel inception distance (Binkowski et al., "Demystifying MMD GANs", 2018).
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"
#include "ganymede/quality/mean_and_deviation.h"

namespace ganymede::quality {

struct KernelDistanceOptions {
  int subsets = 100;
  std::int64_t subset = 1000;  ///< vectors of each set in a subset, sampled without replacement
  std::uint64_t seed = 0;
};

/// (x.y / D + 1)^3 of every pair of rows [n, D] and [m, D]: [n, m].
Tensor polynomial_kernel(const Tensor& x, const Tensor& y);

/// Squared maximum mean discrepancy, unbiased, under the kernel (x.y / D + 1)^3, of features [N, D] and [M, D].
/// Where a subset is all of both sets there is only one, and no deviation: NaN. Throws Error when the widths differ or
/// a set has fewer vectors than a subset.
MeanAndDeviation kernel_distance(const Tensor& real, const Tensor& fake, const KernelDistanceOptions& options = {});

}  // namespace ganymede::quality
