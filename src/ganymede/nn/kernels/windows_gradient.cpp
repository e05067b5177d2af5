#include "ganymede/nn/kernels/windows_gradient.h"

#include <algorithm>
#include <cstring>

#include "ganymede/core/parallel.h"

namespace ganymede::nn::kernels {

namespace {

/// Some of a window's pixels, in one of its rows.
struct Run {
  std::int64_t y, x, pixels;
};

/// For each window its run, one after another; zeros where it is beyond the image.
void gather(const ConvShape& s, const char* image, const Run& run, std::int64_t pixel_bytes, char* windows) {
  const std::int64_t bytes = run.pixels * pixel_bytes;
  for (std::int64_t row = 0; row < s.images * s.out_height; ++row) {
    const std::int64_t y = row % s.out_height * s.stride - s.top + run.y;
    const bool beyond = y < 0 || y >= s.height;
    const std::int64_t begin = (row / s.out_height * s.height + y) * s.width;
    for (std::int64_t column = 0; column < s.out_width; ++column, windows += bytes) {
      const std::int64_t x = column * s.stride - s.left + run.x;
      const std::int64_t first = std::clamp<std::int64_t>(-x, 0, run.pixels);
      const std::int64_t last = std::clamp<std::int64_t>(s.width - x, first, run.pixels);
      if (beyond || last - first < run.pixels) std::memset(windows, 0, static_cast<std::size_t>(bytes));
      if (beyond || first == last) continue;
      std::memcpy(windows + first * pixel_bytes, image + (begin + x + first) * pixel_bytes,
                  static_cast<std::size_t>((last - first) * pixel_bytes));
    }
  }
}

/// Where copied windows pay: both ways were timed with bf16, AVX-512 and AVX2, with results of 1 to 256 pixels.
bool worth_while(const ConvShape& s) {
  constexpr std::int64_t few = 16, several = 64, narrowest = 16, wide = 64;  // pixels of a result; channels
  const std::int64_t pixels = s.out_height * s.out_width;
  return s.groups == 1 &&
         ((pixels <= few && s.channels >= narrowest) || (s.bf16 && pixels <= several && s.channels >= wide));
}

/// Each part has all windows' pixels of one row, or a single one of them, and some of the filters: as many parts as
/// keep all threads at work to the end.
struct GradientParts {
  std::int64_t pixels, filters = 1;

  GradientParts(const ConvShape& s, std::int64_t threads) : pixels(s.kernel_y % threads == 0 ? s.kernel_x : 1) {
    constexpr std::int64_t fewest = 64;
    while (s.kernel_y * s.kernel_x / pixels * filters < threads && s.out % (2 * filters * fewest) == 0) filters *= 2;
  }
};

}  // namespace

bool windows_gradient(const ConvShape& s, const Tensor& image, const Tensor& out, const Tensor& gradient) {
  if (!worth_while(s)) return false;
  const GradientParts cut(s, at::get_num_threads());
  const std::int64_t positions = s.kernel_y * s.kernel_x, depth = s.images * s.out_height * s.out_width;
  const std::int64_t columns = cut.pixels * s.channels, rows = s.out / cut.filters;
  const auto product = OneThreadProduct::of({s.bf16, depth, rows, columns, s.out, positions * s.channels});
  if (!product) return false;
  const std::int64_t bytes = static_cast<std::int64_t>(image.element_size());
  in_parts(positions / cut.pixels * cut.filters, [&](std::int64_t part) {
    const std::int64_t position = part / cut.filters * cut.pixels, filter = part % cut.filters * rows;
    const Tensor windows = at::empty({depth, columns}, image.options());
    gather(s, static_cast<const char*>(image.data_ptr()), {position / s.kernel_x, position % s.kernel_x, cut.pixels},
           s.channels * bytes, static_cast<char*>(windows.data_ptr()));
    product->run(static_cast<const char*>(out.data_ptr()) + filter * bytes, windows.data_ptr(),
                 gradient.data_ptr<float>() + (filter * positions + position) * s.channels);
  });
  return true;
}

}  // namespace ganymede::nn::kernels
