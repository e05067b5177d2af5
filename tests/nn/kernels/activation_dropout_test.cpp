#include "ganymede/nn/kernels/activation_dropout.h"

#include <gtest/gtest.h>

#include "checks.h"
#include "ganymede/core/batch_share.h"
#include "ganymede/core/error.h"

namespace ganymede::nn::kernels::dropout_tests {
namespace {

using namespace ganymede::test;

constexpr std::uint64_t seed = 20240917;

/// The mask that the kernel uses, seen through a tensor of ones: 0 or 1 / (1 - p).
Tensor factors(at::IntArrayRef sizes, double p, at::ScalarType type = at::kDouble) {
  return kernels::dropout(at::ones(sizes, type), p, {seed});
}

Formula kernel(double slope, double p) {
  return [=](const Tensors& t) { return leaky_relu_dropout(t[0], slope, p, {seed}); };
}

Formula plain(double slope, double p) {
  return [=](const Tensors& t) { return at::leaky_relu(t[0], slope) * factors(t[0].sizes(), p); };
}

const std::vector<std::int64_t> shapes[] = {{1}, {3, 1, 1, 1}, {63}, {64}, {65}, {2, 3, 5, 7}, {4, 1031}, {40, 1024}};

TEST(LeakyReluDropout, AgreesWithLibTorchInDouble) {
  for (const auto& sizes : shapes)
    for (const double slope : {0.0, 0.3, 1.0})
      for (const double p : {0.0, 0.3}) expect_agreement(kernel(slope, p), plain(slope, p), {normal(sizes)}, 1e-12);
}

TEST(LeakyReluDropout, SecondDerivatives) {
  // Between squares, so that both its input and its output's gradient depend on x.
  const Formula squared = [](const Tensors& t) {
    return leaky_relu_dropout(t[0] * t[0] - 0.5, 0.3, 0.4, {seed}).square();
  };
  expect_second_derivatives(squared, {normal({2, 3, 5, 7})});
}

TEST(LeakyReluDropout, AgreesInFloatAndBfloat16) {
  const Tensor x = normal({8, 3, 17, 5}).to(at::kBFloat16).to(at::kDouble);
  expect_agreement(kernel(0.3, 0.3), plain(0.3, 0.3), {x.to(at::kFloat)}, {x}, 1e-6);
  expect_agreement(kernel(0.3, 0.3), plain(0.3, 0.3), {x.to(at::kBFloat16)}, {x}, 0.01);
}

TEST(LeakyReluDropout, DropsAsManyAsItShould) {
  for (const double p : {0.1, 0.3, 0.5, 0.9}) {
    const Tensor f = factors({1 << 20}, p);
    EXPECT_NEAR((f == 0).to(at::kDouble).mean().item<double>(), p, 5 * std::sqrt(p * (1 - p) / (1 << 20)));
    EXPECT_NEAR(f.mean().item<double>(), 1.0, 5 * std::sqrt(p / (1 - p) / (1 << 20)));
  }
}

TEST(LeakyReluDropout, NeighboursAreIndependent) {
  const Tensor kept = (factors({1 << 20}, 0.5) > 0).to(at::kDouble) - 0.5;
  for (const std::int64_t lag : {1, 2, 3, 4, 16, 64, 4096}) {
    const std::int64_t n = kept.numel() - lag;
    const double correlation = 4 * (kept.narrow(0, 0, n) * kept.narrow(0, lag, n)).mean().item<double>();
    EXPECT_NEAR(correlation, 0.0, 5.0 / std::sqrt(n)) << "lag " << lag;
  }
}

TEST(LeakyReluDropout, SeedAloneDecides) {
  const Tensor x = normal({40, 1031});
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const Tensor one = kernels::dropout(x, 0.5, {7}), again = kernels::dropout(x, 0.5, {7}),
               other = kernels::dropout(x, 0.5, {8});
  at::set_num_threads(3);
  const Tensor three = kernels::dropout(x, 0.5, {7});
  at::set_num_threads(before);
  EXPECT_TRUE(same(one, again));
  EXPECT_TRUE(same(one, three));
  EXPECT_FALSE(same(one, other));
}

TEST(LeakyReluDropout, KeepsTheLayout) {
  const Tensor x = normal({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_EQ(kernels::dropout(x, 0.5, {1}).strides(), x.strides());
  const Tensor strided = normal({8, 10}).slice(1, 0, 10, 2).set_requires_grad(true);
  const Tensor y = leaky_relu_dropout(strided, 0.2, 0.5, {1});
  EXPECT_TRUE(same(y, leaky_relu_dropout(strided.contiguous(), 0.2, 0.5, {1})));
  const Tensor dy = normal({5, 8}, 3).t();  // not laid out as y is
  const Tensor g = torch::autograd::grad({y}, {strided}, {dy}, true)[0];
  EXPECT_TRUE(same(g, torch::autograd::grad({y}, {strided}, {dy.contiguous()})[0]));
}

TEST(LeakyReluDropout, OtherDevicesHaveTheSameMask) {
  const Formula elsewhere = [](const Tensors& t) { return leaky_relu_dropout_in_operations(t[0], 0.3, 0.3, {seed}); };
  for (const auto& sizes : shapes) expect_agreement(kernel(0.3, 0.3), elsewhere, {normal(sizes)}, 1e-12);
  const Tensor last = normal({2, 3, 5, 7}).contiguous(at::MemoryFormat::ChannelsLast);
  expect_agreement(kernel(0.3, 0.3), elsewhere, {last}, 1e-12);
  EXPECT_EQ(elsewhere({last}).strides(), last.strides());
  const Tensor narrow = normal({8, 3, 17, 5}).to(at::kBFloat16);
  EXPECT_LE(distance(elsewhere({narrow}), kernel(0.3, 0.3)({narrow})), 0.01);
  EXPECT_TRUE(same(leaky_relu_dropout_in_operations(last, 0.3, 0, {seed}), at::leaky_relu(last, 0.3)));
}

TEST(LeakyReluDropout, BatchesOfSeveralSeedsAreThoseOfEachAlone) {
  const Tensor x = normal({6, 5, 3, 3}).contiguous(at::MemoryFormat::ChannelsLast);  // 135 elements a batch
  const auto alone = [&](const Tensor& batch, std::uint64_t of) { return leaky_relu_dropout(batch, 0.2, 0.4, {of}); };
  for (const std::int64_t of : {1, 4}) {  // as a share of a larger batch too, which begins amid a group of numbers
    const BatchShareScope scope(BatchShare{.number = of - 1, .of = of});
    const Tensor expected = at::cat({alone(x.narrow(0, 0, 3), 7), alone(x.narrow(0, 3, 3), 8)});
    EXPECT_TRUE(same(leaky_relu_dropout(x, 0.2, 0.4, {7, 8}), expected)) << of;
    EXPECT_TRUE(same(leaky_relu_dropout_in_operations(x, 0.2, 0.4, {7, 8}), expected)) << of;
    // Images that do not lie one after another.
    const Tensor across = x.permute({1, 2, 3, 0}).contiguous().permute({3, 0, 1, 2});
    EXPECT_TRUE(
        same(leaky_relu_dropout(across, 0.2, 0.4, {7, 8}), leaky_relu_dropout(x.contiguous(), 0.2, 0.4, {7, 8})))
        << of;
  }
  expect_agreement([](const Tensors& t) { return leaky_relu_dropout(t[0], 0.2, 0.4, {7, 8}); },
                   [](const Tensors& t) {
                     const auto half = [&](std::int64_t at, std::uint64_t of) {
                       return leaky_relu_dropout(t[0].narrow(0, at, 3), 0.2, 0.4, {of});
                     };
                     return at::cat({half(0, 7), half(3, 8)});
                   },
                   {x}, 1e-12);
}

TEST(LeakyReluDropout, RefusesWhatIsOutOfRange) {
  EXPECT_THROW(kernels::dropout(normal({4}), 1.0, {0}), Error);
  EXPECT_THROW(kernels::dropout(normal({4}), -0.1, {0}), Error);
  EXPECT_THROW(leaky_relu_dropout(normal({4}), 1.5, 0.5, {0}), Error);
  EXPECT_THROW(leaky_relu_dropout(normal({3}), 0.2, 0.5, {1, 2}), Error);
}

}  // namespace
}  // namespace ganymede::nn::kernels::dropout_tests
