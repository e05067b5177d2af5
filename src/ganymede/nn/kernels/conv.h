// Two-dimensional convolution, made fast on CPU: channels-last, no copies. Tensors that are not on a CPU take the same
// mathematics through plain LibTorch operations.
//
// Differentiable, and differentiable again (WGAN-GP, R1). Every gradient that nobody asked for is skipped.
// `weight` (and `bias`) may be f32 master values beside a bf16 `x`: they are rounded to x's type inside, and their
// gradients come back in f32.
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

class FixedWeights;

/// Rows and columns of zeros around an image. TensorFlow's "same" may need one more at the bottom and right.
struct Padding {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;

  static Padding all(std::int64_t n) { return {n, n, n, n}; }
  /// TensorFlow's "same" for an input of height x width: the output is ceil(input / stride); an odd total pads one
  /// more at the end. For the transpose, pass the size of the *output*.
  static Padding same(std::int64_t height, std::int64_t width, std::int64_t kernel, std::int64_t stride);
  bool operator==(const Padding&) const = default;
};

/// The number of positions of a `kernel` that moves by `stride` over `size` plus both paddings.
std::int64_t conv_output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t begin,
                              std::int64_t end);

struct ConvGeometry {
  std::int64_t stride = 1;
  Padding padding = {};
  std::int64_t groups = 1;  ///< of channels, and of as many filters, that do not mix
};

/// Convolution. x [N, C, H, W], weight [O, C / groups, kh, kw], bias [O] or undefined; returns [N, O, H', W'],
/// channels-last. With `fixed` the result has no gradient, and the weight does not change. Throws Error when the shapes
/// do not fit.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
              FixedWeights* fixed = nullptr);

}  // namespace ganymede::nn::kernels
