// The three products behind convolutions, as plain values without autograd. Internal to nn/kernels.
// On the CPU in bf16 they run on AMX tiles where there are any; everything else goes to LibTorch.
#pragma once

#include <array>
#include <cstdint>

#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/conv.h"
#include "ganymede/nn/kernels/fixed_weights.h"

namespace ganymede::nn::kernels {

using Size2 = std::array<std::int64_t, 2>;

/// Height and width of [N, C, height, width].
inline Size2 plane(const Tensor& x) {
  return {x.size(2), x.size(3)};
}

/// x [N, C, H, W], weight [O, C / groups, kh, kw], bias [O] or undefined -> [N, O, H', W'].
Tensor conv_value(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                  FixedWeights* fixed = nullptr);

/// x [N, O, H', W'], weight [O, C / groups, kh, kw], bias [C] or undefined -> [N, C, size].
Tensor conv_transpose_value(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                            Size2 size, FixedWeights* fixed = nullptr);

/// image [N, C, H, W], out [N, O, H', W'] -> [O, C / groups, kernel] of type `type`, channels-last.
Tensor conv_weight_gradient_value(const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& geometry,
                                  at::ScalarType type);

/// The same three on AMX tiles: bf16 on the CPU, in one group, channels-last in and out; `weight` is channels-last
/// bf16, `bias` f32.
Tensor conv_on_tiles(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry);
Tensor conv_transpose_on_tiles(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                               Size2 size);
Tensor conv_weight_gradient_on_tiles(const Tensor& image, const Tensor& out, Size2 kernel,
                                     const ConvGeometry& geometry);  // f32

}  // namespace ganymede::nn::kernels
