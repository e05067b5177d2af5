// Leaky rectifier and dropout (Srivastava et al. 2014) in one pass. The mask is a function of the seed and of the
// element's place in memory alone: it is made again in the backward pass instead of being kept, and the number of
// threads does not change it.
#pragma once

#include <cstdint>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// y = keep ? max(x, slope * x) / (1 - p) : 0, where each element is dropped with probability p in [0, 1) (rounded to a
/// multiple of 2^-16) and 0 <= slope <= 1 (0 is ReLU, 1 no activation). Any dense float tensor; keeps x's type and
/// layout. Differentiable, and differentiable again. Throws Error when p or slope is out of range.
/// Of several seeds each is that of as many images, one batch after another, which are dropped as if they came alone.
Tensor leaky_relu_dropout(const Tensor& x, double slope, double p, const std::vector<std::uint64_t>& seeds);

/// The same, with the same mask, in LibTorch's operations: what the former does on other devices than the CPU.
Tensor leaky_relu_dropout_in_operations(const Tensor& x, double slope, double p,
                                        const std::vector<std::uint64_t>& seeds);

/// Dropout alone, with the same mask.
Tensor dropout(const Tensor& x, double p, const std::vector<std::uint64_t>& seeds);

}  // namespace ganymede::nn::kernels
