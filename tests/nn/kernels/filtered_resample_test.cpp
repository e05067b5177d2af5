#include "ganymede/nn/kernels/filtered_resample.h"

#include <gtest/gtest.h>

#include "ganymede/core/parallel.h"

namespace ganymede::nn::kernels::filtered_resample_tests {
namespace {

struct Size {
  std::int64_t channels, height, width;  // of the small image
};
const Size sizes[] = {{256, 4, 4}, {3, 5, 7}, {1, 1, 1}, {17, 1, 9}, {33, 8, 1}, {64, 16, 16}};

Tensor random_images(const Size& s, std::int64_t factor, at::ScalarType type) {
  torch::manual_seed(3);
  return at::randn({3, s.channels, s.height * factor, s.width * factor}, at::kDouble).to(type);
}

/// The filter's one-dimensional matrix [small, large]: small pixel i is the mean of 2 i - 1, 2 i (twice) and 2 i + 1.
Tensor halving(std::int64_t small) {
  const Tensor m = at::zeros({small, 2 * small}, at::kDouble);
  for (std::int64_t i = 0; i < small; ++i)
    for (std::int64_t d = -1; d <= 1; ++d)
      if (2 * i + d >= 0) m[i][2 * i + d] = d == 0 ? 0.5 : 0.25;
  return m;
}

/// [large, small]: large pixel 2 i + 1 is pixel i, 2 i the mean of i - 1 and i.
Tensor doubling(std::int64_t small) {
  const Tensor m = at::zeros({2 * small, small}, at::kDouble);
  for (std::int64_t i = 0; i < small; ++i) {
    m[2 * i + 1][i] = 1;
    m[2 * i][i] = 0.5;
    if (i > 0) m[2 * i][i - 1] = 0.5;
  }
  return m;
}

Tensor by_matrices(const Tensor& down, const Tensor& x, const Tensor& across) {
  return at::matmul(at::matmul(down, x.to(at::kDouble)), across.t());
}

class FilteredResample : public testing::TestWithParam<Size> {
 protected:
  Tensor halved(const Tensor& x) const { return by_matrices(halving(GetParam().height), x, halving(GetParam().width)); }
  Tensor doubled(const Tensor& x) const {
    return by_matrices(doubling(GetParam().height), x, doubling(GetParam().width));
  }
};

double distance(const Tensor& a, const Tensor& b) {
  return (a.to(at::kDouble) - b).abs().max().item<double>();
}

TEST_P(FilteredResample, IsTheMatrixProduct) {
  for (const auto& [type, tolerance] : {std::pair{at::kDouble, 1e-14}, {at::kFloat, 1e-6}, {at::kBFloat16, 2e-2}}) {
    const Tensor large = random_images(GetParam(), 2, type), small = random_images(GetParam(), 1, type);
    EXPECT_LT(distance(halve_filtered(large), halved(large)), tolerance);
    EXPECT_LT(distance(double_filtered(small), doubled(small)), tolerance);
    EXPECT_EQ(halve_filtered(large).scalar_type(), type);
  }
}

TEST_P(FilteredResample, RoundsOnce) {
  const Tensor large = random_images(GetParam(), 2, at::kBFloat16), small = random_images(GetParam(), 1, at::kBFloat16);
  EXPECT_TRUE(at::equal(halve_filtered(large), halve_filtered(large.to(at::kFloat)).to(at::kBFloat16)));
  EXPECT_TRUE(at::equal(double_filtered(small), double_filtered(small.to(at::kFloat)).to(at::kBFloat16)));
}

TEST_P(FilteredResample, TakesAnyLayout) {
  const Tensor large = random_images(GetParam(), 2, at::kFloat), small = random_images(GetParam(), 1, at::kFloat);
  const auto strided = [](const Tensor& x) { return at::stack({x, x}, 4).select(4, 1); };
  for (const Tensor& x : {large.contiguous(at::MemoryFormat::ChannelsLast), strided(large)}) {
    const Tensor y = halve_filtered(x);
    EXPECT_TRUE(at::equal(y, halve_filtered(large)));
    EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
  }
  EXPECT_TRUE(at::equal(double_filtered(strided(small)), double_filtered(small)));
}

TEST_P(FilteredResample, GradientsAreTransposesOfAnyOrder) {
  for (const bool halves : {true, false}) {
    const auto resize = [&](const Tensor& t) { return halves ? halve_filtered(t) : double_filtered(t); };
    const Tensor x = random_images(GetParam(), halves ? 2 : 1, at::kDouble).requires_grad_();
    const Tensor y = resize(x), g = at::randn_like(y).requires_grad_();
    // <A x, g> = <x, A' g>, whose gradient in g is A x again.
    const Tensor back = torch::autograd::grad({y}, {x}, {g}, true, true)[0];
    EXPECT_NEAR((back * x).sum().item<double>(), (y * g).sum().item<double>(), 1e-9);
    const Tensor other = at::randn_like(x).requires_grad_();
    const Tensor again = torch::autograd::grad({back}, {g}, {other}, true, true)[0];
    EXPECT_LT(distance(again, resize(other).detach()), 1e-12);
    const Tensor third = torch::autograd::grad({again}, {other}, {g.detach()})[0];
    EXPECT_LT(distance(third, back.detach()), 1e-12);
  }
}

TEST_P(FilteredResample, SameBytesOnOneThread) {
  const Tensor large = random_images(GetParam(), 2, at::kFloat), small = random_images(GetParam(), 1, at::kFloat);
  const Tensor less = halve_filtered(large), more = double_filtered(small);
  const OneThread alone;
  EXPECT_TRUE(at::equal(halve_filtered(large), less));
  EXPECT_TRUE(at::equal(double_filtered(small), more));
}

INSTANTIATE_TEST_SUITE_P(Sizes, FilteredResample, testing::ValuesIn(sizes));

}  // namespace
}  // namespace ganymede::nn::kernels::filtered_resample_tests
