#include "ganymede/nn/kernels/norm_second_passes.h"

#include <algorithm>

namespace ganymede::nn::kernels {

namespace {

template <class T, class Real>
GANYMEDE_INLINE void sums_body(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels,
                               const Affine<Real>& map, Real* __restrict sums) {
  const T* __restrict x = in.x, * __restrict dy = in.dy, * __restrict u = in.u;
  const Real* __restrict mean = map.mean, * __restrict scale = map.scale, * __restrict bias = map.bias;
  const Real slope = map.slope;
  std::fill_n(sums, 3 * channels, Real{0});
  Real* __restrict of_x = sums + channels;
  Real* __restrict of_g = of_x + channels;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, dy += channels, u += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real centred = widen(x[c]) - mean[c], g = widen(dy[c]), weight = widen(u[c]);
      sums[c] += weight;
      of_x[c] += weight * centred;
      of_g[c] += weight * (centred * scale[c] + bias[c] > 0 ? g : g * slope);
    }
}

template <class T, class Real>
GANYMEDE_INLINE void gradient_body(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels,
                                   const Affine<Real>& map, const SecondMap<Real>& m, T* __restrict dx,
                                   T* __restrict ddy) {
  const T* __restrict x = in.x, * __restrict dy = in.dy, * __restrict u = in.u;
  const Real* __restrict mean = map.mean, * __restrict scale = map.scale, * __restrict bias = map.bias;
  const Real* __restrict of_u = m.of_u, * __restrict of_g = m.of_g, * __restrict of_x = m.of_x;
  const Real* __restrict constant = m.constant, * __restrict of_x_dy = m.of_x_dy;
  const Real* __restrict constant_dy = m.constant_dy;
  const Real slope = map.slope;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, dy += channels, u += channels, dx += channels, ddy += channels)
    for (std::int64_t c = 0; c < channels; ++c) {
      const Real centred = widen(x[c]) - mean[c], g = widen(dy[c]), weight = widen(u[c]);
      const Real factor = centred * scale[c] + bias[c] > 0 ? Real{1} : slope;
      dx[c] = narrow<T>(of_u[c] * weight + of_g[c] * (g * factor) + of_x[c] * centred + constant[c]);
      ddy[c] = narrow<T>((scale[c] * weight + of_x_dy[c] * centred + constant_dy[c]) * factor);
    }
}

}  // namespace

template <class T>
void second_sums(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                 Compute<T>* sums) {
  at_level([&] GANYMEDE_LOOP { sums_body(in, rows, channels, map, sums); });
}

template <class T>
void second_gradient(const SecondInputs<T>& in, std::int64_t rows, std::int64_t channels, const Affine<Compute<T>>& map,
                     const SecondMap<Compute<T>>& second, T* dx, T* ddy) {
  at_level([&] GANYMEDE_LOOP { gradient_body(in, rows, channels, map, second, dx, ddy); });
}

#define GANYMEDE_FOR(T)                                                                                           \
  template void second_sums<T>(const SecondInputs<T>&, std::int64_t, std::int64_t, const Affine<Compute<T>>&,     \
                               Compute<T>*);                                                                      \
  template void second_gradient<T>(const SecondInputs<T>&, std::int64_t, std::int64_t, const Affine<Compute<T>>&, \
                                   const SecondMap<Compute<T>>&, T*, T*);
GANYMEDE_FOR(Bits16)
GANYMEDE_FOR(float)
GANYMEDE_FOR(double)
#undef GANYMEDE_FOR

}  // namespace ganymede::nn::kernels
