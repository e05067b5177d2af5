#include "ganymede/quality/svm_passes.h"

#include <cstring>

#include "ganymede/core/at_level.h"

namespace ganymede::quality {
namespace {

constexpr int kLanes = 16;
using Lanes [[gnu::vector_size(kLanes * sizeof(float))]] = float;

GANYMEDE_INLINE void multiply_body(const float* const (&x)[kRowsAtOnce], const float* weights, std::int64_t stride,
                                   std::int64_t width, SvmFactors& out) {
  Lanes sums[kRowsAtOnce][kClassesAtOnce] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    Lanes rows[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) std::memcpy(&rows[r], x[r] + i, sizeof(Lanes));
    for (int k = 0; k < kClassesAtOnce; ++k) {
      Lanes w;
      std::memcpy(&w, weights + k * stride + i, sizeof(Lanes));
      for (int r = 0; r < kRowsAtOnce; ++r) sums[r][k] += rows[r] * w;
    }
  }
  for (int r = 0; r < kRowsAtOnce; ++r) {
    for (int k = 0; k < kClassesAtOnce; ++k) {
      float sum = 0;
      for (int lane = 0; lane < kLanes; ++lane) sum += sums[r][k][lane];
      for (std::int64_t rest = i; rest < width; ++rest) sum += x[r][rest] * weights[k * stride + rest];
      out[r][k] = sum;
    }
  }
}

GANYMEDE_INLINE void add_body(const float* const (&x)[kRowsAtOnce], const SvmFactors& factors, float* sums,
                              std::int64_t stride, std::int64_t width) {
  std::int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    Lanes rows[kRowsAtOnce];
    for (int r = 0; r < kRowsAtOnce; ++r) std::memcpy(&rows[r], x[r] + i, sizeof(Lanes));
    for (int k = 0; k < kClassesAtOnce; ++k) {
      Lanes sum;
      std::memcpy(&sum, sums + k * stride + i, sizeof(Lanes));
      for (int r = 0; r < kRowsAtOnce; ++r) sum += rows[r] * factors[r][k];
      std::memcpy(sums + k * stride + i, &sum, sizeof(Lanes));
    }
  }
  for (; i < width; ++i) {
    for (int k = 0; k < kClassesAtOnce; ++k) {
      for (int r = 0; r < kRowsAtOnce; ++r) sums[k * stride + i] += factors[r][k] * x[r][i];
    }
  }
}

}  // namespace

void multiply_rows(const float* const (&x)[kRowsAtOnce], const float* weights, std::int64_t stride, std::int64_t width,
                   SvmFactors& out) {
  at_level([&] GANYMEDE_LOOP { multiply_body(x, weights, stride, width, out); });
}

void add_rows(const float* const (&x)[kRowsAtOnce], const SvmFactors& factors, float* sums, std::int64_t stride,
              std::int64_t width) {
  at_level([&] GANYMEDE_LOOP { add_body(x, factors, sums, stride, width); });
}

}  // namespace ganymede::quality
