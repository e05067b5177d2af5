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
    if (run.average != nullptr) average_body(part, k);
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

}  // namespace

template <class T>
void adam_run(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  at_level([&] GANYMEDE_LOOP {
    by_stretches(run, k, [&](const UpdateRun<T>& part) GANYMEDE_INLINED { adam_body(part, k); });
  });
}
template <class T>
void rmsprop_run(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  at_level([&] GANYMEDE_LOOP {
    by_stretches(run, k, [&](const UpdateRun<T>& part) GANYMEDE_INLINED { rmsprop_body(part, k); });
  });
}
template <class T>
void sgd_run(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  at_level([&] GANYMEDE_LOOP {
    by_stretches(run, k, [&](const UpdateRun<T>& part) GANYMEDE_INLINED { sgd_body(part, k); });
  });
}
template <class T>
void average_run(const UpdateRun<T>& run, const UpdateConstants<T>& k) {
  at_level([&] GANYMEDE_LOOP { average_body(run, k); });
}
template <class T>
double squares_run(const T* values, std::int64_t count) {
  double total = 0;
  at_level([&] GANYMEDE_LOOP { total = squares_body(values, count); });
  return total;
}

#define GANYMEDE_FOR(T)                                                         \
  template void adam_run<T>(const UpdateRun<T>&, const UpdateConstants<T>&);    \
  template void rmsprop_run<T>(const UpdateRun<T>&, const UpdateConstants<T>&); \
  template void sgd_run<T>(const UpdateRun<T>&, const UpdateConstants<T>&);     \
  template void average_run<T>(const UpdateRun<T>&, const UpdateConstants<T>&); \
  template double squares_run<T>(const T*, std::int64_t);
GANYMEDE_FOR(float)
GANYMEDE_FOR(double)
#undef GANYMEDE_FOR
template double squares_run<Bits16>(const Bits16*, std::int64_t);

}  // namespace ganymede::nn::kernels
