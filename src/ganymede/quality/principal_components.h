// The directions in which features vary most, to plot them in two dimensions.
#pragma once

#include <cstdint>

#include "ganymede/quality/moments.h"

namespace ganymede::quality {

/// Coordinates f64 [N, count] of features [N, D] along the principal components of `moments`, the widest first, around
/// its mean. Each component points so that its largest entry is positive. Throws Error when D < count or widths differ.
Tensor projected(const Tensor& features, const Moments& moments, std::int64_t count = 2);

}  // namespace ganymede::quality
