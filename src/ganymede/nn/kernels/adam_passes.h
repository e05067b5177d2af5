// The optimisers' arithmetic over runs of memory, in f32 or f64. Internal to nn/kernels.
#pragma once

#include <cstdint>

#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

/// One parameter's memory. `first`, `second` and `average` may be null where the update does not use them.
template <class T>
struct UpdateRun {
  T* param;
  const T* grad;
  T *first, *second, *average;
  std::int64_t count;
};

/// What is the same for all elements of an update. `keep` scales the parameter first (decoupled decay), `decay` joins
/// the gradient; the update is `rate` times the direction, whose denominator is sqrt(second) * root_scale + eps.
template <class T>
struct UpdateConstants {
  T rate, keep = 1, decay = 0, beta1 = 0, beta2 = 0, root_scale = 1, eps = 0, ema_decay = 0;
  bool nesterov = false;
};

template <class T>
void adam_run(const UpdateRun<T>& run, const UpdateConstants<T>& constants);
template <class T>
void rmsprop_run(const UpdateRun<T>& run, const UpdateConstants<T>& constants);
template <class T>
void sgd_run(const UpdateRun<T>& run, const UpdateConstants<T>& constants);
/// average = ema_decay * average + (1 - ema_decay) * param, alone.
template <class T>
void average_run(const UpdateRun<T>& run, const UpdateConstants<T>& constants);

/// Sum of squares of `count` values, in double.
template <class T>
double squares_run(const T* values, std::int64_t count);

}  // namespace ganymede::nn::kernels
