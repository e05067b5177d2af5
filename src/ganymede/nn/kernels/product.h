// Products of matrices in parts, which threads take as they are free (core/parallel.h).
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// a [m, k] times b [k, n], of one type, as at::mm; differentiable as often as anyone likes, and no gradient is
/// computed that nobody asked for. On a CPU each part is a product on one thread: the libraries' own threads, which
/// OpenBLAS lets wait for each other awake, suffer beside other programs.
Tensor product(const Tensor& a, const Tensor& b);

/// The value alone.
Tensor product_value(const Tensor& a, const Tensor& b);

}  // namespace ganymede::nn::kernels
