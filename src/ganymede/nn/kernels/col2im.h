// Adds windows up to the image that they overlap in: what is left of a transposed convolution after the product of its
// input and its weight. Internal to nn/kernels.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ganymede/nn/kernels/dispatch.h"

namespace ganymede::nn::kernels {

/// An image [height, width, channels] and the windows [rows, columns, kernel_y, kernel_x, channels] over it: window
/// (r, c) begins at pixel (r * stride - top, c * stride - left). What reaches beyond the image is left out.
struct WindowGrid {
  std::int64_t channels, height, width, rows, columns, kernel_y, kernel_x, stride, top, left;

  /// One row of the image with all that windows put beside it.
  std::int64_t row_size() const { return std::max((columns - 1) * stride + kernel_x, left + width) * channels; }
};

/// `image` is set, to bf16 or f32; sums are in f32 and in a fixed order. `row` is room for grid.row_size() numbers.
template <class T>
void col2im(const float* windows, const WindowGrid& grid, float* row, T* image);

}  // namespace ganymede::nn::kernels
