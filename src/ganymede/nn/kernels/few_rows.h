// Products of few rows in f32, each of which has the same bits wherever it stands and whatever the others are. A BLAS
// adds in an order that depends on a row's place (OpenBLAS for AVX2 does), which would make an image another one among
// others. Internal to nn/kernels.
#pragma once

#include <cstdint>

namespace ganymede::nn::kernels {

constexpr std::int64_t kFewRowsColumns = 16;  ///< of the result at once

/// a [rows, depth], dense, times b [depth, columns]; the result is dense.
struct FewRowsShape {
  std::int64_t rows, depth, columns;
};

/// `count` columns of the result, at most kFewRowsColumns, from `out` on. b's rows are dense, `apart` from each other,
/// and there are kFewRowsColumns numbers in each, whatever `count` is.
void few_rows_across(const float* a, const float* b, std::int64_t apart, const FewRowsShape& shape, std::int64_t count,
                     float* out);

/// The same, for b's columns dense, one after another; `count` may be any number.
void few_rows_along(const float* a, const float* b, const FewRowsShape& shape, std::int64_t count, float* out);

}  // namespace ganymede::nn::kernels
