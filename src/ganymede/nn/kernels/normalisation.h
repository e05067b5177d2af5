// What the normalisations share. Internal to nn/kernels. Their images are channels-last: a matrix [rows, channels].
#pragma once

#include <algorithm>
#include <functional>
#include <vector>

#include "ganymede/core/parallel.h"
#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/batch_norm_passes.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

inline at::ScalarType statistics_type(const Tensor& x) {
  return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

/// The dimensions of x ([N, C, H, W] or [N, C]) but for the channels.
inline std::vector<std::int64_t> beside_channels(const Tensor& x) {
  return x.dim() == 4 ? std::vector<std::int64_t>{0, 2, 3} : std::vector<std::int64_t>{0};
}

/// The shape in which [C] broadcasts against x.
inline std::vector<std::int64_t> along_channels(const Tensor& x) {
  return x.dim() == 4 ? std::vector<std::int64_t>{1, -1, 1, 1} : std::vector<std::int64_t>{1, -1};
}

// Sums run over blocks of this many rows in the compute type, and over blocks in double: the order, and so the result,
// does not depend on the number of threads.
inline constexpr std::int64_t block_rows = 128;

struct Matrix {
  std::int64_t rows, channels;
  Matrix(std::int64_t r, std::int64_t c) : rows(r), channels(c) {}
  /// x as it lies in memory.
  explicit Matrix(const Tensor& x) : Matrix(x.numel() / std::max<std::int64_t>(x.size(1), 1), x.size(1)) {}
  std::int64_t blocks() const { return (rows + block_rows - 1) / block_rows; }
};

/// Calls `sums(first row, rows, part)` for each block, which fills kCount times [channels], and adds up: double
/// [kCount, channels].
template <int kCount, class Real, class Sums>
std::vector<double> sum_blocks(const Matrix& m, const Sums& sums) {
  std::vector<Real> parts(static_cast<std::size_t>(m.blocks() * kCount * m.channels));
  parallel_for(0, m.blocks(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Real* part = parts.data() + i * kCount * m.channels;
      sums(i * block_rows, std::min(block_rows, m.rows - i * block_rows), part);
    }
  });
  std::vector<double> total(static_cast<std::size_t>(kCount * m.channels), 0.0);
  for (std::size_t i = 0; i < parts.size(); ++i) total[i % total.size()] += static_cast<double>(parts[i]);
  return total;
}

/// Mean and biased variance of each column, [channels] each.
template <class T>
void column_statistics(const T* x, const Matrix& m, Compute<T>* mean, Compute<T>* variance) {
  using Real = Compute<T>;
  // Sums are of x minus the first row: no cancellation, however far the mean is from zero.
  std::vector<Real> shift(static_cast<std::size_t>(m.channels));
  for (std::size_t c = 0; c < shift.size(); ++c) shift[c] = widen(x[c]);
  const std::vector<double> total = sum_blocks<2, Real>(m, [&](std::int64_t row, std::int64_t rows, Real* part) {
    column_moments<T>(x + row * m.channels, rows, m.channels, shift.data(), part, part + m.channels);
  });
  const double n = static_cast<double>(m.rows);
  for (std::size_t c = 0; c < shift.size(); ++c) {
    const double offset = total[c] / n;
    mean[c] = static_cast<Real>(offset + static_cast<double>(shift[c]));
    variance[c] = static_cast<Real>(std::max(total[c + shift.size()] / n - offset * offset, 0.0));
  }
}

/// Sums over all rows of g and of g * (x - mean), g being the gradient before the rectifier: double [2, channels].
template <class T>
std::vector<double> gradient_sums(const T* x, const T* dy, const Matrix& m, const Affine<Compute<T>>& map) {
  using Real = Compute<T>;
  return sum_blocks<2, Real>(m, [&](std::int64_t row, std::int64_t rows, Real* part) {
    const std::int64_t at = row * m.channels;
    column_gradients<T>(x + at, dy + at, rows, m.channels, map, part, part + m.channels);
  });
}

/// Runs `kernel.operator()<T>()` for x's type.
template <class Kernel>
auto for_type(const Tensor& x, const Kernel& kernel) {
  switch (x.scalar_type()) {
    case at::kBFloat16:
      return kernel.template operator()<Bits16>();
    case at::kDouble:
      return kernel.template operator()<double>();
    default:
      return kernel.template operator()<float>();
  }
}

/// y = rectify((x - mean) * inverse * weight + bias): `mean` and `inverse` broadcast against x, in the statistics'
/// type; `weight` and `bias`, [C], may be undefined.
struct Normalised {
  const Tensor &x, &weight, &bias;
  Tensor mean, inverse;
  double slope;
};

/// Its first derivatives by x, weight and bias as differentiable operations, for second ones. Where `mean` and
/// `inverse` are statistics of x (and so functions of it), `mean_over` takes the mean over what they are of; else it is
/// empty.
std::vector<Tensor> differentiable_gradients(const Normalised& y, const Tensor& dy,
                                             const std::function<Tensor(const Tensor&)>& mean_over);

}  // namespace ganymede::nn::kernels
