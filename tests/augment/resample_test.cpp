#include "ganymede/augment/resample.h"

#include "nn/kernels/checks.h"

namespace ganymede::augment {
namespace {

Tensor offsets(const std::vector<std::int64_t>& values) {
  return torch::tensor(values, at::kLong);
}

TEST(Shift, MovesWholePixels) {
  const Tensor x = torch::arange(1, 10, at::kDouble).reshape({1, 1, 3, 3}).repeat({3, 1, 1, 1});
  const Tensor moved = shift(x, offsets({1, 0, 5}), offsets({0, -1, 0}));
  EXPECT_TRUE(test::same(moved[0][0], torch::tensor({{0.0, 0.0, 0.0}, {1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}, at::kDouble)));
  EXPECT_TRUE(test::same(moved[1][0], torch::tensor({{2.0, 3.0, 0.0}, {5.0, 6.0, 0.0}, {8.0, 9.0, 0.0}}, at::kDouble)));
  EXPECT_EQ(moved[2].abs().sum().item<double>(), 0) << "moved out of sight";
}

TEST(Shift, IsDifferentiableTwice) {
  const auto formula = [](const test::Tensors& t) { return shift(t[0], offsets({1, -1}), offsets({-1, 2})).pow(3); };
  test::expect_second_derivatives(formula, {test::normal({2, 2, 4, 4})});
}

Tensor grid_of(const Tensor& maps, at::IntArrayRef size) {
  return at::affine_grid_generator(maps, size, false);
}

TEST(Sample, IsLibTorchsWithASecondDerivative) {
  const Tensor maps =
      torch::tensor({{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}, {{0.8, -0.6, 0.2}, {0.6, 0.9, -0.3}}}, at::kDouble);
  const Tensor grid = grid_of(maps, {2, 3, 5, 5}), x = test::normal({2, 3, 5, 5});
  EXPECT_LT(test::distance(sample(x, grid)[0], x[0]), 1e-12) << "the identity map";
  test::expect_agreement([&](const test::Tensors& t) { return sample(t[0], grid); },
                         [&](const test::Tensors& t) { return at::grid_sampler_2d(t[0], grid, 0, 2, false); }, {x});
  test::expect_second_derivatives([&](const test::Tensors& t) { return sample(t[0], grid).pow(3); }, {x});
}

TEST(Sample, IsSpreadInOneOrderOntoThePixelsItComesFrom) {
  // Far beyond the edges too, where the image is mirrored several times.
  for (const double scale : {0.3, 1.0, 2.5, 9.0}) {
    const Tensor grid = (torch::rand({3, 5, 7, 2}, at::kDouble) * 2 - 1) * scale;
    const Tensor values = test::normal({3, 2, 5, 7});
    const Tensor expected = std::get<0>(at::grid_sampler_2d_backward(values, values, grid, 0, 2, false, {true, false}));
    EXPECT_LT(test::distance(spread_in_order(values, grid), expected), 1e-12) << scale;
  }
}

TEST(Sample, KeepsTheType) {
  const Tensor grid = grid_of(torch::tensor({{{1.0f, 0.0f, 0.0f}, {0.0f, 1.0f, 0.0f}}}), {1, 1, 4, 4});
  const Tensor x = test::normal({1, 1, 4, 4}).to(at::kBFloat16);
  EXPECT_TRUE(test::same(sample(x, grid), x));
}

}  // namespace
}  // namespace ganymede::augment
