#include "ganymede/nn/kernels/filter_passes.h"

#include <algorithm>

namespace ganymede::nn::kernels {

namespace {

/// sums += weight * run.
template <class T>
GANYMEDE_INLINE void add(const T* __restrict run, std::int64_t count, Compute<T> weight, Compute<T>* __restrict sums) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += weight * widen(run[i]);
}

/// out = gain * (weighted sum of one to three runs), each run undefined (null) beyond the edge.
template <class T>
GANYMEDE_INLINE void mix(const Compute<T>* before, const Compute<T>* middle, const Compute<T>* after,
                         std::int64_t count, Compute<T> gain, T* __restrict out) {
  using Real = Compute<T>;
  const Real twice = 2 * gain;
  if (before != nullptr && middle != nullptr && after != nullptr) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = narrow<T>(gain * (before[i] + after[i]) + twice * middle[i]);
  } else if (middle != nullptr) {
    const Real* beside = before != nullptr ? before : after;
    if (beside == nullptr) {
      for (std::int64_t i = 0; i < count; ++i) out[i] = narrow<T>(twice * middle[i]);
    } else {
      for (std::int64_t i = 0; i < count; ++i) out[i] = narrow<T>(gain * beside[i] + twice * middle[i]);
    }
  } else if (before != nullptr && after != nullptr) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = narrow<T>(gain * (before[i] + after[i]));
  } else {
    const Real* one = before != nullptr ? before : after;
    for (std::int64_t i = 0; i < count; ++i) out[i] = narrow<T>(gain * one[i]);
  }
}

template <class T>
GANYMEDE_INLINE void halve_row_body(const T* large, const FilteredPair& pair, std::int64_t y,
                                    Compute<T>* __restrict sums, T* __restrict row) {
  using Real = Compute<T>;
  const std::int64_t wide = pair.large_row(), channels = pair.channels, middle = 2 * y + pair.offset;
  std::fill_n(sums, wide, Real{0});
  for (std::int64_t from = std::max<std::int64_t>(middle - 1, 0); from <= std::min(middle + 1, 2 * pair.height - 1);
       ++from)
    add(large + from * wide, wide, Real(from == middle ? 2 : 1), sums);
  const auto run = [&](std::int64_t x) GANYMEDE_INLINED -> const Real* {
    return x < 0 || x >= 2 * pair.width ? nullptr : sums + x * channels;
  };
  for (std::int64_t x = 0; x < pair.width; ++x) {
    const std::int64_t at = 2 * x + pair.offset;
    mix(run(at - 1), run(at), run(at + 1), channels, Real(pair.gain), row + x * channels);
  }
}

template <class T>
GANYMEDE_INLINE void double_row_body(const T* small, const FilteredPair& pair, std::int64_t y,
                                     Compute<T>* __restrict sums, T* __restrict row) {
  using Real = Compute<T>;
  const std::int64_t narrow_row = pair.small_row(), channels = pair.channels;
  // Of an odd distance both neighbours have a part, of an even one the pixel itself.
  const std::int64_t last = y - pair.offset + 1, between = last & 1;
  std::fill_n(sums, narrow_row, Real{0});
  if (between != 0) {
    add(small + (y - pair.offset) / 2 * narrow_row, narrow_row, Real{2}, sums);
  } else {
    for (std::int64_t from = std::max<std::int64_t>(last / 2 - 1, 0); from <= std::min(last / 2, pair.height - 1);
         ++from)
      add(small + from * narrow_row, narrow_row, Real{1}, sums);
  }
  const auto run = [&](std::int64_t x) GANYMEDE_INLINED -> const Real* {
    return x < 0 || x >= pair.width ? nullptr : sums + x * channels;
  };
  for (std::int64_t x = 0; x < 2 * pair.width; ++x) {
    const std::int64_t right = x - pair.offset + 1;
    T* out = row + x * channels;
    if ((right & 1) != 0) {
      mix<T>(nullptr, run((x - pair.offset) / 2), nullptr, channels, Real(pair.gain), out);
    } else {
      mix<T>(run(right / 2 - 1), nullptr, run(right / 2), channels, Real(pair.gain), out);
    }
  }
}

}  // namespace

template <class T>
void halve_row(const T* large, const FilteredPair& pair, std::int64_t y, Compute<T>* sums, T* row) {
  at_level([&] GANYMEDE_LOOP { halve_row_body(large, pair, y, sums, row); });
}

template <class T>
void double_row(const T* small, const FilteredPair& pair, std::int64_t y, Compute<T>* sums, T* row) {
  at_level([&] GANYMEDE_LOOP { double_row_body(small, pair, y, sums, row); });
}

template void halve_row<Bits16>(const Bits16*, const FilteredPair&, std::int64_t, float*, Bits16*);
template void halve_row<float>(const float*, const FilteredPair&, std::int64_t, float*, float*);
template void halve_row<double>(const double*, const FilteredPair&, std::int64_t, double*, double*);
template void double_row<Bits16>(const Bits16*, const FilteredPair&, std::int64_t, float*, Bits16*);
template void double_row<float>(const float*, const FilteredPair&, std::int64_t, float*, float*);
template void double_row<double>(const double*, const FilteredPair&, std::int64_t, double*, double*);

}  // namespace ganymede::nn::kernels
