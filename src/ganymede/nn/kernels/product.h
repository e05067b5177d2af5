// Products of matrices; in f32 in parts, which threads take as they are free (core/parallel.h).
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede::nn::kernels {

/// a [m, k] times b [k, n], of one type, as at::mm; differentiable as often as anyone likes, and no gradient is
/// computed that nobody asked for. On a CPU in f32 each part is a product on one thread: the threads of OpenBLAS wait
/// for each other awake and suffer beside other programs. Those of oneDNN, which multiplies bf16, sleep, and a part
/// costs it 4 to 30 % more than its share of the whole: there the whole is one call.
/// In f32 the values do not depend on the number of threads, and up to 16 rows not on a row's place among others.
Tensor product(const Tensor& a, const Tensor& b);

/// The value alone.
Tensor product_value(const Tensor& a, const Tensor& b);

}  // namespace ganymede::nn::kernels
