// The one door to LibTorch: what differs between its versions (1.13 to today's 2.x) is settled here and nowhere else.
#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/version.h>

namespace ganymede {

using torch::Tensor;

/// The optional that LibTorch's interfaces take: its own before 2.5, the standard's since.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 5)
using OptionalTensor = std::optional<Tensor>;
#else
using OptionalTensor = c10::optional<Tensor>;
#endif

}  // namespace ganymede
