// The inner loops of the linear classifier: rows of features against weights.
#pragma once

#include <cstdint>

namespace ganymede::quality {

/// Sum of a[i] b[i].
float dot_product(const float* a, const float* b, std::int64_t count);
/// out[i] += factor x[i].
void add_product(float* out, const float* x, float factor, std::int64_t count);

}  // namespace ganymede::quality
