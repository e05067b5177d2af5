// Dropout's passes over memory. Internal to nn/kernels.
#pragma once

#include <cstdint>

#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

/// Elements share random numbers in groups of this size; a run starts at a multiple of it.
inline constexpr std::int64_t mask_group = 256;

/// Element i of the whole tensor is kept when its 16 random bits, a function of (seed, i), are at least `threshold`;
/// it is then multiplied by `scale`, and by `slope` if it is negative.
template <class Real>
struct DropoutRule {
  std::uint64_t seed;
  std::uint16_t threshold;
  Real scale, slope;
};

/// y = rule(x), for elements [first, first + count) of the tensor; `first` is a multiple of mask_group.
template <class T>
void dropout_run(const T* x, std::int64_t first, std::int64_t count, const DropoutRule<Compute<T>>& rule, T* y);

/// dx = dy times the factor that the rule gave each element; `y` is its result, whose sign is that of x.
template <class T>
void dropout_gradient_run(const T* dy, const T* y, std::int64_t first, std::int64_t count,
                          const DropoutRule<Compute<T>>& rule, T* dx);

}  // namespace ganymede::nn::kernels
