#include "ganymede/nn/kernels/col2im.h"

namespace ganymede::nn::kernels {

namespace {

/// Adds every step-th run of a row of windows, each kCount long (0: `count` long), to where it lies in the image's row.
template <int kCount>
GANYMEDE_INLINE void add_runs(const float* __restrict runs, std::int64_t count, std::int64_t apart,
                              const WindowGrid& grid, float* __restrict row) {
  // Runs that do not overlap come one after another: a processor waits where it reads across what it has just written.
  const std::int64_t step = (grid.kernel_x + grid.stride - 1) / grid.stride;
  const std::int64_t length = kCount > 0 ? kCount : count, move = grid.stride * grid.channels;
  for (std::int64_t first = 0; first < step; ++first)
    for (std::int64_t c = first; c < grid.columns; c += step) {
      const float* __restrict from = runs + c * apart;
      float* __restrict to = row + c * move;
      for (std::int64_t i = 0; i < length; ++i) to[i] += from[i];
    }
}

template <int kCount, class T>
GANYMEDE_INLINE void col2im_body(const float* windows, const WindowGrid& grid, float* __restrict row,
                                 T* __restrict image) {
  const std::int64_t count = grid.kernel_x * grid.channels, apart = grid.kernel_y * count;
  const std::int64_t skipped = grid.left * grid.channels, width = grid.width * grid.channels;
  for (std::int64_t y = 0; y < grid.height; ++y, image += width) {
    std::fill_n(row, grid.row_size(), 0.0F);
    for (std::int64_t ky = 0; ky < grid.kernel_y; ++ky) {
      const std::int64_t begin = y + grid.top - ky;
      if (begin < 0 || begin % grid.stride != 0 || begin / grid.stride >= grid.rows) continue;
      add_runs<kCount>(windows + begin / grid.stride * grid.columns * apart + ky * count, count, apart, grid, row);
    }
    for (std::int64_t i = 0; i < width; ++i) image[i] = narrow<T>(row[skipped + i]);
  }
}

}  // namespace

template <class T>
void col2im(const float* windows, const WindowGrid& grid, float* row, T* image) {
  at_level([&] GANYMEDE_LOOP {
    switch (grid.kernel_x * grid.channels) {  // of kernels 3, 4 and 5 over RGB: compiled without a loop
      case 9:
        return col2im_body<9>(windows, grid, row, image);
      case 12:
        return col2im_body<12>(windows, grid, row, image);
      case 15:
        return col2im_body<15>(windows, grid, row, image);
      default:
        return col2im_body<0>(windows, grid, row, image);
    }
  });
}

template void col2im<Bits16>(const float*, const WindowGrid&, float*, Bits16*);
template void col2im<float>(const float*, const WindowGrid&, float*, float*);

}  // namespace ganymede::nn::kernels
