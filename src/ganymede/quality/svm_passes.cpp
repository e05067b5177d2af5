#include "ganymede/quality/svm_passes.h"

namespace ganymede::quality {

GANYMEDE_CLONES float dot_product(const float* a, const float* b, std::int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

GANYMEDE_CLONES void add_product(float* out, const float* x, float factor, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) out[i] += factor * x[i];
}

}  // namespace ganymede::quality
