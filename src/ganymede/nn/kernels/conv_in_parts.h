// The three products behind convolutions cut into parts, which threads take as they are free (core/parallel.h); each
// part is one call of oneDNN on one thread. LibTorch's own way cuts the work into a share for each thread, and the
// threads of a weight gradient then wait for each other awake, within oneDNN, whatever is set: beside another program a
// step took twelve times as long. Internal to nn/kernels.
#pragma once

#include "ganymede/nn/kernels/conv_values.h"
#include "ganymede/nn/kernels/fixed_weights.h"

namespace ganymede::nn::kernels {

/// Results as of the functions of the same names without `_in_parts`; undefined where it cannot be done so: this build
/// has no oneDNN of its own, the numbers are neither f32 nor bf16, or there are too few images for all threads.
/// Images are channels-last, on the CPU; the weight may be f32 beside bf16 images. The values do not depend on the
/// number of threads, except for weight gradients: their sums are over parts in a fixed order, as many as threads ask
/// for.
Tensor conv_in_parts(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                     FixedWeights* fixed = nullptr);
Tensor conv_transpose_in_parts(const Tensor& x, const Tensor& weight, const ConvGeometry& geometry, Size2 size,
                               FixedWeights* fixed = nullptr);
Tensor conv_weight_gradient_in_parts(const Tensor& image, const Tensor& out, Size2 kernel,
                                     const ConvGeometry& geometry);  // f32

}  // namespace ganymede::nn::kernels
