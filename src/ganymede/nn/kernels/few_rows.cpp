#include "ganymede/nn/kernels/few_rows.h"

#include <algorithm>
#include <array>

#include "ganymede/core/at_level.h"

namespace ganymede::nn::kernels {

namespace {

constexpr std::int64_t kRows = 4, kLanes = kFewRowsColumns;
using Shape = FewRowsShape;

/// Rows `first` to first + 3 of `a`; beyond its end the last one again, so that all go the same way.
GANYMEDE_INLINE std::array<const float*, kRows> rows_of(const float* a, const Shape& s, std::int64_t first) {
  std::array<const float*, kRows> rows{};
  for (std::int64_t r = 0; r < kRows; ++r) rows[r] = a + std::min(first + r, s.rows - 1) * s.depth;
  return rows;
}

/// kLanes columns of four rows; those of b's rows lie next to each other, `apart` from row to row.
GANYMEDE_INLINE void across(const float* const* rows, const float* __restrict b, std::int64_t apart, std::int64_t depth,
                            float* __restrict sums) {
  for (std::int64_t i = 0; i < kRows * kLanes; ++i) sums[i] = 0;
  for (std::int64_t k = 0; k < depth; ++k)
    for (std::int64_t r = 0; r < kRows; ++r)
      for (std::int64_t c = 0; c < kLanes; ++c) sums[r * kLanes + c] += rows[r][k] * b[k * apart + c];
}

/// One column of four rows, dense: kLanes sums of every kLanes-th product, added up in their order.
GANYMEDE_INLINE void along(const float* const* rows, const float* __restrict b, std::int64_t depth,
                           float* __restrict totals) {
  float sums[kRows * kLanes] = {};
  const std::int64_t whole = depth / kLanes * kLanes;
  for (std::int64_t k = 0; k < whole; k += kLanes)
    for (std::int64_t r = 0; r < kRows; ++r)
      for (std::int64_t i = 0; i < kLanes; ++i) sums[r * kLanes + i] += rows[r][k + i] * b[k + i];
  for (std::int64_t r = 0; r < kRows; ++r) {
    totals[r] = 0;
    for (std::int64_t i = 0; i < kLanes; ++i) totals[r] += sums[r * kLanes + i];
    for (std::int64_t k = whole; k < depth; ++k) totals[r] += rows[r][k] * b[k];
  }
}

/// Columns [begin, begin + count), at most kLanes; b is padded to as many.
GANYMEDE_INLINE void columns_across(const float* a, const float* b, std::int64_t apart, const Shape& s,
                                    std::int64_t count, float* out) {
  for (std::int64_t first = 0; first < s.rows; first += kRows) {
    float sums[kRows * kLanes];
    across(rows_of(a, s, first).data(), b, apart, s.depth, sums);
    for (std::int64_t r = 0; r < std::min(kRows, s.rows - first); ++r)
      std::copy_n(sums + r * kLanes, count, out + (first + r) * s.columns);
  }
}

GANYMEDE_INLINE void column_along(const float* a, const float* b, const Shape& s, float* out) {
  for (std::int64_t first = 0; first < s.rows; first += kRows) {
    float totals[kRows];
    along(rows_of(a, s, first).data(), b, s.depth, totals);
    for (std::int64_t r = 0; r < std::min(kRows, s.rows - first); ++r) out[(first + r) * s.columns] = totals[r];
  }
}

}  // namespace

void few_rows_across(const float* a, const float* b, std::int64_t apart, const FewRowsShape& s, std::int64_t count,
                     float* out) {
  at_level([&] GANYMEDE_LOOP { columns_across(a, b, apart, s, count, out); });
}

void few_rows_along(const float* a, const float* b, const FewRowsShape& s, std::int64_t count, float* out) {
  at_level([&] GANYMEDE_LOOP {
    for (std::int64_t c = 0; c < count; ++c) column_along(a, b + c * s.depth, s, out + c);
  });
}

}  // namespace ganymede::nn::kernels
