#include "ganymede/nn/kernels/adam_passes.h"

#include <algorithm>
#include <cmath>

namespace ganymede::nn::kernels {

namespace {

template <class T>
GANYMEDE_INLINE void adam_body(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  T* __restrict param = run.param, * __restrict first = run.first, * __restrict second = run.second;
  const T* __restrict grad = run.grad;
  for (std::int64_t i = 0; i < run.count; ++i) {
    const T p = param[i] * k.keep, g = grad[i] + k.decay * p;
    first[i] = k.beta1 * first[i] + (1 - k.beta1) * g;
    second[i] = k.beta2 * second[i] + (1 - k.beta2) * g * g;
    param[i] = p - k.rate * (first[i] / (std::sqrt(second[i]) * k.root_scale + k.eps));
  }
}

template <class T>
GANYMEDE_INLINE void rmsprop_body(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  T* __restrict param = run.param, * __restrict first = run.first, * __restrict second = run.second;
  const T* __restrict grad = run.grad;
  for (std::int64_t i = 0; i < run.count; ++i) {
    const T g = grad[i] + k.decay * param[i];
    second[i] = k.beta2 * second[i] + (1 - k.beta2) * g * g;
    T update = g / (std::sqrt(second[i]) + k.eps);
    if (first != nullptr) update = first[i] = k.beta1 * first[i] + update;
    param[i] -= k.rate * update;
  }
}

template <class T>
GANYMEDE_INLINE void sgd_body(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  T* __restrict param = run.param, * __restrict first = run.first;
  const T* __restrict grad = run.grad;
  for (std::int64_t i = 0; i < run.count; ++i) {
    T update = grad[i] + k.decay * param[i];
    if (first != nullptr) {
      const T buffer = first[i] = k.beta1 * first[i] + update;
      update = k.nesterov ? update + k.beta1 * buffer : buffer;
    }
    param[i] -= k.rate * update;
  }
}

template <class T>
GANYMEDE_INLINE void average_body(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  const T* __restrict param = run.param;
  T* __restrict average = run.average;
  for (std::int64_t i = 0; i < run.count; ++i) average[i] = k.ema_decay * average[i] + (1 - k.ema_decay) * param[i];
}

/// An update and the average a short stretch at a time, so that the average finds the parameters in the cache.
template <class T, class Update>
GANYMEDE_INLINE void by_stretches(const UpdateRun<T>& run, const UpdateConstants<T>& k, const Update& update) {
  constexpr std::int64_t stretch = 2048;
  const auto moved = [](T* p, std::int64_t by) { return p == nullptr ? p : p + by; };
  for (std::int64_t at = 0; at < run.count; at += stretch) {
    const UpdateRun<T> part{run.param + at,        run.grad + at,          moved(run.first, at),
                            moved(run.second, at), moved(run.average, at), std::min(stretch, run.count - at)};
    update(part);
    if (run.average != nullptr) average_run<T>(part, k);
  }
}

template <class T>
GANYMEDE_INLINE double squares_body(const T* values, std::int64_t count) {
  constexpr std::int64_t lanes = 16;  // fixed, so that every processor adds in the same order
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) {
      const auto v = static_cast<double>(widen(values[i + j]));
      sums[j] += v * v;
    }
  for (; i < count; ++i) {
    const auto v = static_cast<double>(widen(values[i]));
    sums[i % lanes] += v * v;
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

// Plain functions, because templates cannot have versions for several processors.
GANYMEDE_CLONES void adam_f32(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  adam_body(run, k);
}
GANYMEDE_CLONES void adam_f64(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  adam_body(run, k);
}
GANYMEDE_CLONES void rmsprop_f32(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  rmsprop_body(run, k);
}
GANYMEDE_CLONES void rmsprop_f64(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  rmsprop_body(run, k);
}
GANYMEDE_CLONES void sgd_f32(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  sgd_body(run, k);
}
GANYMEDE_CLONES void sgd_f64(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  sgd_body(run, k);
}

}  // namespace

template <>
GANYMEDE_CLONES void average_run<float>(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  average_body(run, k);
}
template <>
GANYMEDE_CLONES void average_run<double>(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  average_body(run, k);
}
template <>
GANYMEDE_CLONES double squares_run<float>(const float* values, std::int64_t count) {
  return squares_body(values, count);
}
template <>
GANYMEDE_CLONES double squares_run<double>(const double* values, std::int64_t count) {
  return squares_body(values, count);
}
template <>
GANYMEDE_CLONES double squares_run<Bits16>(const Bits16* values, std::int64_t count) {
  return squares_body(values, count);
}

template <>
void adam_run<float>(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  by_stretches(run, k, [&](const UpdateRun<float>& part) { adam_f32(part, k); });
}
template <>
void adam_run<double>(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  by_stretches(run, k, [&](const UpdateRun<double>& part) { adam_f64(part, k); });
}
template <>
void rmsprop_run<float>(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  by_stretches(run, k, [&](const UpdateRun<float>& part) { rmsprop_f32(part, k); });
}
template <>
void rmsprop_run<double>(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  by_stretches(run, k, [&](const UpdateRun<double>& part) { rmsprop_f64(part, k); });
}
template <>
void sgd_run<float>(const UpdateRun<float>& run, const UpdateConstants<float>& k) {
  by_stretches(run, k, [&](const UpdateRun<float>& part) { sgd_f32(part, k); });
}
template <>
void sgd_run<double>(const UpdateRun<double>& run, const UpdateConstants<double>& k) {
  by_stretches(run, k, [&](const UpdateRun<double>& part) { sgd_f64(part, k); });
}

}  // namespace ganymede::nn::kernels
