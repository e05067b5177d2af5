// The passes over memory that batch normalisation is made of. Internal to nn/kernels. A matrix is [rows, channels], row
// by row, in bf16, f32 or f64; everything per channel is in Real: f64 beside f64, else f32.
#pragma once

#include <cstdint>

#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

/// y = rectify((x - mean) * scale + bias).
template <class Real>
struct Affine {
  const Real *mean, *scale, *bias;
  Real slope;
};

/// Adds up x - shift and its square over `rows` rows, into sum and squares [channels] (set, not added to).
template <class T>
void column_moments(const T* x, std::int64_t rows, std::int64_t channels, const Compute<T>* shift, Compute<T>* sum,
                    Compute<T>* squares);

template <class T>
void normalise(const T* x, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map, T* y);

/// With g the output's gradient before the rectifier: adds up g and g * (x - mean), into two [channels] (set).
template <class T>
void column_gradients(const T* x, const T* dy, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                      Compute<T>* sum, Compute<T>* products);

/// What of the input's gradient comes through the statistics, both [channels]: the mean of g, and its slope over x -
/// mean.
template <class Real>
struct ThroughStatistics {
  const Real *mean_g, *slope_g;
};

/// dx = scale * (g - mean_g - (x - mean) * slope_g).
template <class T>
void input_gradient(const T* x, const T* dy, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                    const ThroughStatistics<Compute<T>>& through, T* dx);

}  // namespace ganymede::nn::kernels
