#include "ganymede/nn/kernels/dropout_passes.h"

#include <algorithm>
#include <cstring>

#include "ganymede/core/random.h"

namespace ganymede::nn::kernels {

namespace {

/// The factors of one group: a counter-based generator, one 64-bit mix for the 16 bits of four elements.
template <class Real>
GANYMEDE_INLINE void group_factors(std::int64_t first, const DropoutRule<Real>& rule, Real* __restrict factors) {
  std::uint64_t mixed[mask_group / 4];
  const std::uint64_t counter = rule.seed + static_cast<std::uint64_t>(first) / 4;
  for (std::uint64_t i = 0; i < mask_group / 4; ++i) mixed[i] = mix64(counter + i);
  std::uint16_t bits[mask_group];
  std::memcpy(bits, mixed, sizeof mixed);
  const std::int32_t threshold = rule.threshold;
  const Real scale = rule.scale;  // read once: the compiler cannot know that `factors` is elsewhere
  for (std::int64_t i = 0; i < mask_group; ++i) factors[i] = std::int32_t{bits[i]} >= threshold ? scale : Real{0};
}

/// Calls `group(first element, count, factors)` for each group.
template <class Real, class Group>
GANYMEDE_INLINE void for_groups(std::int64_t first, std::int64_t count, const DropoutRule<Real>& rule,
                                const Group& group) {
  Real factors[mask_group];
  if (rule.threshold == 0) std::fill_n(factors, mask_group, rule.scale);
  for (std::int64_t at = 0; at < count; at += mask_group) {
    if (rule.threshold > 0) group_factors(first + at, rule, factors);
    if (count - at >= mask_group) {
      group(at, mask_group, factors);  // a constant count makes the compiler's work easy
    } else {
      group(at, count - at, factors);
    }
  }
}

template <class T, class Real>
GANYMEDE_INLINE void forward_body(const T* x, std::int64_t first, std::int64_t count, const DropoutRule<Real>& rule,
                                  T* y) {
  const Real slope = rule.slope;
  for_groups(first, count, rule, [=](std::int64_t at, std::int64_t n, const Real* factors) GANYMEDE_INLINED {
    const T* __restrict from = x + at;
    T* __restrict to = y + at;
    for (std::int64_t i = 0; i < n; ++i) {
      const Real v = widen(from[i]);
      to[i] = narrow<T>((v > 0 ? v : v * slope) * factors[i]);
    }
  });
}

template <class T, class Real>
GANYMEDE_INLINE void gradient_body(const T* dy, const T* y, std::int64_t first, std::int64_t count,
                                   const DropoutRule<Real>& rule, T* dx) {
  const Real slope = rule.slope;
  for_groups(first, count, rule, [=](std::int64_t at, std::int64_t n, const Real* factors) GANYMEDE_INLINED {
    const T* __restrict from = dy + at, * __restrict sign = y + at;
    T* __restrict to = dx + at;
    for (std::int64_t i = 0; i < n; ++i) {
      const Real g = widen(from[i]);
      to[i] = narrow<T>((widen(sign[i]) > 0 ? g : g * slope) * factors[i]);
    }
  });
}

}  // namespace

template <class T>
void dropout_run(const T* x, std::int64_t first, std::int64_t count, const DropoutRule<Compute<T>>& rule, T* y) {
  at_level([&] GANYMEDE_LOOP { forward_body(x, first, count, rule, y); });
}
template <class T>
void dropout_gradient_run(const T* dy, const T* y, std::int64_t first, std::int64_t count,
                          const DropoutRule<Compute<T>>& rule, T* dx) {
  at_level([&] GANYMEDE_LOOP { gradient_body(dy, y, first, count, rule, dx); });
}

#define GANYMEDE_FOR(T)                                                                                   \
  template void dropout_run<T>(const T*, std::int64_t, std::int64_t, const DropoutRule<Compute<T>>&, T*); \
  template void dropout_gradient_run<T>(const T*, const T*, std::int64_t, std::int64_t,                   \
                                        const DropoutRule<Compute<T>>&, T*);
GANYMEDE_FOR(Bits16)
GANYMEDE_FOR(float)
GANYMEDE_FOR(double)
#undef GANYMEDE_FOR

}  // namespace ganymede::nn::kernels
