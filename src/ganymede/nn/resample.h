// Changing an image's size by whole factors. All keep x's type, give channels-last memory, and are linear, so that they
// are differentiable as often as anyone likes.
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/graph.h"
#include "ganymede/nn/shape.h"

namespace ganymede::nn {

/// Each pixel becomes factor x factor equal ones. [N, C, H, W] -> [N, C, factor H, factor W].
Tensor upsample_nearest(const Tensor& x, std::int64_t factor);

/// Doubles or halves height and width with the low-pass filter [1, 2, 1] / 4 and zeros beyond the edge, aligned as in
/// Karras et al. 2019: doubled pixel 2i + 1 is pixel i, 2i is the mean of i - 1 and i; halved pixel i is the weighted
/// mean of 2i - 1, 2i and 2i + 1. Halving needs even ones.
Tensor upsample_filtered(const Tensor& x);
Tensor downsample_filtered(const Tensor& x);

/// The same in a graph; `input` is x's shape.
Value upsample_filtered(Graph& graph, Value x, const Shape& input);
Value downsample_filtered(Graph& graph, Value x, const Shape& input);

}  // namespace ganymede::nn
