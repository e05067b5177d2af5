#include "ganymede/nn/kernels/batch_norm_passes.h"

#include <algorithm>

namespace ganymede::nn::kernels {

namespace {

template <class T, class Real>
GANYMEDE_INLINE void moments_body(const T* __restrict x, std::int64_t rows, std::int64_t channels,
                                  const Real* __restrict shift, Real* __restrict sum, Real* __restrict squares) {
  std::fill_n(sum, channels, Real{0});
  std::fill_n(squares, channels, Real{0});
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4, x += 4 * channels)  // four rows at a time: the sums are read and written less often
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real a = widen(x[c]) - shift[c], b = widen(x[c + channels]) - shift[c];
      const Real d = widen(x[c + 2 * channels]) - shift[c], e = widen(x[c + 3 * channels]) - shift[c];
      sum[c] += (a + b) + (d + e);
      squares[c] += (a * a + b * b) + (d * d + e * e);
    }
  for (; r < rows; ++r, x += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real a = widen(x[c]) - shift[c];
      sum[c] += a;
      squares[c] += a * a;
    }
}

template <class T, class Real>
GANYMEDE_INLINE void normalise_body(const T* __restrict x, std::int64_t rows, std::int64_t channels,
                                    const Affine<Real>& map, T* __restrict y) {
  const Real* __restrict mean = map.mean, * __restrict scale = map.scale, * __restrict bias = map.bias;
  const Real slope = map.slope;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, y += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real z = (widen(x[c]) - mean[c]) * scale[c] + bias[c];
      y[c] = narrow<T>(z > 0 ? z : z * slope);
    }
}

/// The gradient before the rectifier, whose side is found again from x.
template <class Real>
GANYMEDE_INLINE Real behind_rectifier(Real centred, Real dy, Real scale, Real bias, Real slope) {
  return centred * scale + bias > 0 ? dy : dy * slope;
}

template <class T, class Real>
GANYMEDE_INLINE void gradients_body(const T* __restrict x, const T* __restrict dy, std::int64_t rows,
                                    std::int64_t channels, const Affine<Real>& map, Real* __restrict sum,
                                    Real* __restrict products) {
  const Real* __restrict mean = map.mean, * __restrict scale = map.scale, * __restrict bias = map.bias;
  const Real slope = map.slope;
  std::fill_n(sum, channels, Real{0});
  std::fill_n(products, channels, Real{0});
  std::int64_t r = 0;
  for (; r + 2 <= rows; r += 2, x += 2 * channels, dy += 2 * channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real a = widen(x[c]) - mean[c], b = widen(x[c + channels]) - mean[c];
      const Real g = behind_rectifier(a, Real{widen(dy[c])}, scale[c], bias[c], slope);
      const Real h = behind_rectifier(b, Real{widen(dy[c + channels])}, scale[c], bias[c], slope);
      sum[c] += g + h;
      products[c] += g * a + h * b;
    }
  for (; r < rows; ++r, x += channels, dy += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real a = widen(x[c]) - mean[c];
      const Real g = behind_rectifier(a, Real{widen(dy[c])}, scale[c], bias[c], slope);
      sum[c] += g;
      products[c] += g * a;
    }
}

template <class T, class Real>
GANYMEDE_INLINE void input_body(const T* __restrict x, const T* __restrict dy, std::int64_t rows, std::int64_t channels,
                                const Affine<Real>& map, const ThroughStatistics<Real>& through, T* __restrict dx) {
  const Real* __restrict mean = map.mean, * __restrict scale = map.scale, * __restrict bias = map.bias;
  const Real* __restrict mean_g = through.mean_g, * __restrict slope_g = through.slope_g;
  const Real slope = map.slope;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, dy += channels, dx += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real a = widen(x[c]) - mean[c];
      const Real g = behind_rectifier(a, Real{widen(dy[c])}, scale[c], bias[c], slope);
      dx[c] = narrow<T>(scale[c] * (g - mean_g[c] - a * slope_g[c]));
    }
}

}  // namespace

template <class T>
void column_moments(const T* x, std::int64_t rows, std::int64_t channels, const Compute<T>* shift, Compute<T>* sum,
                    Compute<T>* squares) {
  at_level([&] GANYMEDE_LOOP { moments_body(x, rows, channels, shift, sum, squares); });
}
template <class T>
void normalise(const T* x, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map, T* y) {
  at_level([&] GANYMEDE_LOOP { normalise_body(x, rows, channels, map, y); });
}
template <class T>
void column_gradients(const T* x, const T* dy, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                      Compute<T>* sum, Compute<T>* products) {
  at_level([&] GANYMEDE_LOOP { gradients_body(x, dy, rows, channels, map, sum, products); });
}
template <class T>
void input_gradient(const T* x, const T* dy, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                    const ThroughStatistics<Compute<T>>& through, T* dx) {
  at_level([&] GANYMEDE_LOOP { input_body(x, dy, rows, channels, map, through, dx); });
}

#define GANYMEDE_FOR(T)                                                                                               \
  template void column_moments<T>(const T*, std::int64_t, std::int64_t, const Compute<T>*, Compute<T>*, Compute<T>*); \
  template void normalise<T>(const T*, std::int64_t, std::int64_t, const Affine<Compute<T>>&, T*);                    \
  template void column_gradients<T>(const T*, const T*, std::int64_t, std::int64_t, const Affine<Compute<T>>&,        \
                                    Compute<T>*, Compute<T>*);                                                        \
  template void input_gradient<T>(const T*, const T*, std::int64_t, std::int64_t, const Affine<Compute<T>>&,          \
                                  const ThroughStatistics<Compute<T>>&, T*);
GANYMEDE_FOR(Bits16)
GANYMEDE_FOR(float)
GANYMEDE_FOR(double)
#undef GANYMEDE_FOR

}  // namespace ganymede::nn::kernels
