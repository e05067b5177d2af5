// The loops behind filtered_resample.h: an image's rows are first added up in f32 (f64 for f64), then their pixels.
// Internal to nn/kernels.
#pragma once

#include <cstdint>

#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

/// A small image [height, width, channels] and one twice as high and wide. Pixel i of the small one belongs to 2 i +
/// `offset` (0 or 1) of the large one, with weight 2, and to both neighbours of that, with weight 1, in either
/// direction of the image; products of weights times `gain`. What lies beyond the edge is zero.
struct FilteredPair {
  std::int64_t channels, height, width, offset;
  double gain;

  std::int64_t small_row() const { return width * channels; }
  std::int64_t large_row() const { return 2 * small_row(); }
};

/// Row `y` of the small image, out of the large one. `sums` is room for a row of that.
template <class T>
void halve_row(const T* large, const FilteredPair& pair, std::int64_t y, Compute<T>* sums, T* row);

/// Row `y` of the large image, out of the small one; `sums` is room for a row of that. The transpose of halving.
template <class T>
void double_row(const T* small, const FilteredPair& pair, std::int64_t y, Compute<T>* sums, T* row);

}  // namespace ganymede::nn::kernels
