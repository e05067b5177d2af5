// Transposed convolution, written as what it is, the input gradient of a convolution (LibTorch's own misses oneDNN: 3
// to 5 times slower). Fast, differentiable and free in its types as conv2d() is: see conv.h. Both are made in conv.cpp,
// for each is the other's gradient.
#pragma once

#include <array>
#include <cstdint>

#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/conv.h"

namespace ganymede::nn::kernels {

/// Transposed convolution: the input gradient of conv2d over an image of output_size (height, width), which must be one
/// that this conv2d maps onto x's size. x [N, C, h, w], weight [C, O / groups, kh, kw] (PyTorch's ConvTranspose2d),
/// bias [O] or undefined; returns [N, O, height, width], channels-last. `fixed` as of conv2d(). Throws Error when the
/// shapes do not fit.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                        std::array<std::int64_t, 2> output_size, FixedWeights* fixed = nullptr);

}  // namespace ganymede::nn::kernels
