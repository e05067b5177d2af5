// The passes over memory of a normalisation's second derivatives, which gradient penalties ask for. Internal to
// nn/kernels; matrices as in batch_norm_passes.h. With z = (x - mean) * scale + bias, g is the output's gradient before
// the rectifier, and u what the input's gradient is differentiated with.
#pragma once

#include <cstdint>

#include "ganymede/nn/kernels/batch_norm_passes.h"

namespace ganymede::nn::kernels {

/// Where the three begin, each as large as x.
template <class T>
struct SecondInputs {
  const T *x, *dy, *u;

  SecondInputs from(std::int64_t element) const { return {x + element, dy + element, u + element}; }
};

/// Adds up u, u * (x - mean) and u * g over `rows` rows, into `sums`, [3, channels] (set).
template <class T>
void second_sums(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                 Compute<T>* sums);

/// Factors of each channel, [channels] each.
template <class Real>
struct SecondMap {
  const Real *of_u, *of_g, *of_x, *constant;  ///< of the gradient by x
  const Real *of_x_dy, *constant_dy;          ///< of the gradient by dy, beside `scale` of u
};

/// dx = of_u * u + of_g * g + of_x * (x - mean) + constant, and ddy = scale * u + of_x_dy * (x - mean) + constant_dy,
/// through the rectifier.
template <class T>
void second_gradient(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                     const SecondMap<Compute<T>>& second, T* dx, T* ddy);

}  // namespace ganymede::nn::kernels
