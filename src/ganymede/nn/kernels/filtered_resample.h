// Images halved and doubled with the low-pass filter [1, 2, 1], in single passes over memory.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// [N, C, 2 H, 2 W] -> [N, C, H, W] and back, with the weights of nn/resample.h. The result has x's type and is
/// channels-last; on a CPU sums are in f32 (f64 for f64). Linear: differentiable as often as anyone likes.
Tensor halve_filtered(const Tensor& x);
Tensor double_filtered(const Tensor& x);

}  // namespace ganymede::nn::kernels
