// Moving pixels about, as linear maps that autograd can go through any number of times: LibTorch's own sampling has no
// second derivative.
#pragma once

#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::augment {

/// Image n of [N, C, H, W] moved by (down[n], right[n]) whole pixels; what comes in from outside is 0.
Tensor shift(const Tensor& images, const std::vector<std::int64_t>& down, const std::vector<std::int64_t>& right);

/// Bilinear samples of [N, C, H, W] at `grid` [N, H, W, 2] (x, y in [-1, 1] from edge to edge, a constant); beyond the
/// edges the image is mirrored.
Tensor sample(const Tensor& images, const Tensor& grid);

}  // namespace ganymede::augment
