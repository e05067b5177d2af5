// Moving pixels about, as linear maps that autograd can go through any number of times: LibTorch's own sampling has no
// second derivative.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::augment {

/// Image n of [N, C, H, W] moved by (down[n], right[n]) whole pixels, int64 [N] on the images' device; what comes in
/// from outside is 0. The result is channels-last in memory.
Tensor shift(const Tensor& images, const Tensor& down, const Tensor& right);

/// Bilinear samples of [N, C, H, W] at `grid` [N, H, W, 2] (x, y in [-1, 1] from edge to edge, a constant); beyond the
/// edges the image is mirrored.
Tensor sample(const Tensor& images, const Tensor& grid);

/// The transpose of sample(): each value spread over the pixels that it would be sampled from, [N, C, H, W] in
/// channels-last memory. Sums are in one order on every device; LibTorch's own transpose adds with atomics on a GPU,
/// where the last bits then differ from run to run.
Tensor spread_in_order(const Tensor& values, const Tensor& grid);

}  // namespace ganymede::augment
