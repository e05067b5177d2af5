#include "ganymede/nn/kernels/col2im.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace ganymede::nn::kernels::col2im_tests {
namespace {

const WindowGrid grids[] = {
    {3, 64, 64, 32, 32, 4, 4, 2, 1, 1},  // the last layer of a DCGAN
    {3, 32, 32, 16, 16, 5, 5, 2, 1, 1},  // padded unevenly
    {3, 12, 9, 12, 9, 3, 3, 1, 1, 1},    // every pixel in nine windows
    {1, 28, 28, 9, 9, 4, 4, 3, 0, 0},    // a stride that leaves some out
    {4, 17, 30, 15, 28, 3, 3, 1, 0, 0},  //
    {2, 7, 7, 3, 3, 2, 2, 3, 1, 1},      // gaps between windows
    {3, 5, 4, 2, 1, 6, 7, 2, 2, 2},      // windows larger than the image
};

std::vector<float> random_windows(const WindowGrid& g) {
  std::mt19937 generator(7);
  std::vector<float> values(static_cast<std::size_t>(g.rows * g.columns * g.kernel_y * g.kernel_x * g.channels));
  for (float& value : values) value = std::normal_distribution<float>()(generator);
  return values;
}

/// Pixel by pixel of each window, in double.
std::vector<double> plain(const std::vector<float>& windows, const WindowGrid& g) {
  std::vector<double> image(static_cast<std::size_t>(g.height * g.width * g.channels));
  auto value = windows.begin();
  for (std::int64_t r = 0; r < g.rows; ++r)
    for (std::int64_t c = 0; c < g.columns; ++c)
      for (std::int64_t ky = 0; ky < g.kernel_y; ++ky)
        for (std::int64_t kx = 0; kx < g.kernel_x; ++kx)
          for (std::int64_t channel = 0; channel < g.channels; ++channel, ++value) {
            const std::int64_t y = r * g.stride - g.top + ky, x = c * g.stride - g.left + kx;
            if (y < 0 || y >= g.height || x < 0 || x >= g.width) continue;
            image[static_cast<std::size_t>((y * g.width + x) * g.channels + channel)] += *value;
          }
  return image;
}

class Col2im : public testing::TestWithParam<WindowGrid> {};

TEST_P(Col2im, AddsWindowsUp) {
  const WindowGrid& g = GetParam();
  const std::vector<float> windows = random_windows(g);
  const std::vector<double> expected = plain(windows, g);
  std::vector<float> row(static_cast<std::size_t>(g.row_size())), image(expected.size(), NAN);
  std::vector<Bits16> rounded(expected.size(), Bits16{0x7FC0});
  col2im(windows.data(), g, row.data(), image.data());
  col2im(windows.data(), g, row.data(), rounded.data());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(image[i], expected[i], 1e-5) << i;
    ASSERT_EQ(rounded[i].bits, narrow<Bits16>(image[i]).bits) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, Col2im, testing::ValuesIn(grids));

}  // namespace
}  // namespace ganymede::nn::kernels::col2im_tests
