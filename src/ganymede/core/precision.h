// Which number type the arithmetic uses on which hardware.
#pragma once

#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// True where bf16 products are a hardware instruction: AVX512-BF16 or AMX on the CPU, compute capability 8 on CUDA.
bool has_fast_bf16(const torch::Device& device);

/// True for bf16 tensors on a processor below AVX-512. oneDNN has no bf16 convolutions there: f32 is right and fast,
/// and only what is kept is rounded.
bool multiplies_in_float(const Tensor& x);

}  // namespace ganymede
