// Instance normalisation (Ulyanov et al. 2016) followed by a rectifier, in single passes over memory.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// y = rectify((x - mean) / sqrt(var + eps) * weight + bias), mean and (biased) variance per channel of each image. The
/// rectifier is named by its slope, as in batch_norm_act.h. x is [N, C, H, W] (channels-last is fast, and is what comes
/// back); bf16, f32 or f64; y has x's type, statistics are f32 (f64 for f64). `weight` and `bias`, [C], may both be
/// undefined. Differentiable, and differentiable again. Throws Error on shapes that do not fit.
Tensor instance_norm_act(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps, double slope);

}  // namespace ganymede::nn::kernels
