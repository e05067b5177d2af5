// The inner loops of the linear classifier: a few rows of features against a few classes' weights, each number of which
// is read once for all of them.
#pragma once

#include <cstdint>

namespace ganymede::quality {

inline constexpr int kRowsAtOnce = 4, kClassesAtOnce = 5;
using SvmFactors = float[kRowsAtOnce][kClassesAtOnce];

/// out[r][k] = sum over i < width of x[r][i] weights[k stride + i].
void multiply_rows(const float* const (&x)[kRowsAtOnce], const float* weights, std::int64_t stride, std::int64_t width,
                   SvmFactors& out);
/// sums[k stride + i] += sum over r of factors[r][k] x[r][i].
void add_rows(const float* const (&x)[kRowsAtOnce], const SvmFactors& factors, float* sums, std::int64_t stride,
              std::int64_t width);

}  // namespace ganymede::quality
