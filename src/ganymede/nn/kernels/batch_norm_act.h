// Batch normalisation (Ioffe and Szegedy 2015) followed by a rectifier, in single passes over memory.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// The rectifier max(x, slope * x) is named by its slope alone: 1 is no activation, 0 is ReLU.
inline constexpr double no_activation = 1.0, relu_slope = 0.0;

/// What a batch norm layer keeps. All four have shape [C], in f32 (f64 beside an f64 input). `weight` and `bias` may
/// both be undefined (no affine map), and so may both running tensors (then evaluation uses the batch's statistics).
struct BatchNormTensors {
  Tensor weight, bias, running_mean, running_var;
};

/// y = rectify((x - mean) / sqrt(var + eps) * weight + bias), per channel. x is [N, C, H, W] (channels-last is fast,
/// and is what comes back) or [N, C]; bf16, f32 or f64; y has x's type, statistics are f32 (f64 for f64).
/// Training: mean and (biased) variance of this batch, and the running values move in place by
/// running += momentum * (batch - running), with the unbiased variance. Otherwise the running values are used.
/// Where a batch is shared by processes that say so (core/batch_share.h), "this batch" in training is the whole one,
/// and every process makes the same calls. Differentiable, and differentiable again. Throws Error on shapes that do not
/// fit, and in training on less than two values per channel.
Tensor batch_norm_act(const Tensor& x, const BatchNormTensors& state, bool training, double momentum, double eps,
                      double slope);

}  // namespace ganymede::nn::kernels
