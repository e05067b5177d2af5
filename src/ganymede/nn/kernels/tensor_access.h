// How the kernels reach a tensor's memory. Internal to nn/kernels.
#pragma once

#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

template <class T>
T* data_of(const Tensor& t) {
  return static_cast<T*>(t.data_ptr());
}

/// True for tensors that the CPU kernels can walk as one run of memory.
inline bool runs_here(const Tensor& t) {
  const at::ScalarType type = t.scalar_type();
  return t.is_cpu() && t.layout() == at::kStrided &&
         (type == at::kFloat || type == at::kDouble || type == at::kBFloat16);
}

/// `t` with the memory layout of `like` (same sizes), copied only if it differs.
inline Tensor laid_out_like(const Tensor& t, const Tensor& like) {
  if (t.strides() == like.strides() && t.scalar_type() == like.scalar_type()) return t;
  return at::empty_like(like).copy_(t);
}

inline OptionalTensor optional(const Tensor& t) {
  return t.defined() ? OptionalTensor{t} : OptionalTensor{};
}

}  // namespace ganymede::nn::kernels
