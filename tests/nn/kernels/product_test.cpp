#include "ganymede/nn/kernels/product.h"

#include <gtest/gtest.h>

#include "checks.h"

namespace ganymede::nn::kernels::product_tests {
namespace {

using namespace ganymede::test;

class Product : public testing::Test {
 protected:
  void SetUp() override { at::set_num_threads(3); }
  void TearDown() override { at::set_num_threads(before_); }

 private:
  int before_ = at::get_num_threads();
};

Tensor kernel(const Tensors& t) {
  return product(t[0], t[1]);
}
Tensor plain(const Tensors& t) {
  return t[0].mm(t[1]);
}

TEST_F(Product, AgreesWithLibTorch) {
  const std::vector<std::array<std::int64_t, 3>> sizes = {{1, 1, 1}, {3, 5, 7}, {64, 700, 900}, {900, 300, 150}};
  for (const auto& [m, k, n] : sizes) {
    const Tensors inputs = {normal({m, k}, 1), normal({k, n}, 2)};
    expect_agreement(kernel, plain, inputs);
    expect_agreement([](const Tensors& t) { return product(t[0].t(), t[1].t()); },
                     [](const Tensors& t) { return t[0].t().mm(t[1].t()); }, {normal({k, m}, 1), normal({n, k}, 2)});
    const Tensors narrow = {inputs[0].to(at::kBFloat16), inputs[1].to(at::kBFloat16)};
    expect_agreement(kernel, plain, narrow, {narrow[0].to(at::kDouble), narrow[1].to(at::kDouble)}, 0.01);
    expect_agreement(kernel, plain, {inputs[0].to(at::kFloat), inputs[1].to(at::kFloat)}, inputs, 1e-5);
  }
}

/// An image must not depend on which others are generated with it. OpenBLAS for AVX2 adds differently from row to row.
TEST_F(Product, ARowOfFewHasTheSameBitsWhereverItStands) {
  const std::vector<std::array<std::int64_t, 2>> sizes = {{64, 2048}, {100, 1024}, {128, 4100}, {5, 3}, {8192, 1}};
  for (const auto& [k, n] : sizes) {
    const Tensor row = normal({1, k}, 1, at::kFloat);
    for (const bool transposed : {false, true}) {
      const Tensor w = transposed ? normal({n, k}, 2, at::kFloat).t() : normal({k, n}, 2, at::kFloat);
      const Tensor alone = product_value(row, w);
      EXPECT_LE(distance(alone, row.to(at::kDouble).mm(w.to(at::kDouble))), 1e-5) << k << " x " << n;
      for (const std::int64_t m : {7, 16}) {
        const Tensor others = normal({m, k}, 3, at::kFloat);
        for (std::int64_t place = 0; place < m; ++place) {
          const Tensor a = others.clone();
          a[place] = row[0];
          EXPECT_TRUE(same(product_value(a, w)[place], alone[0]))
              << k << " x " << n << ", row " << place << " of " << m;
        }
      }
    }
  }
}

TEST_F(Product, ValuesDoNotDependOnTheNumberOfThreads) {
  const std::vector<std::array<std::int64_t, 3>> sizes = {
      {16, 100, 16384}, {1, 64, 2048}, {64, 700, 900}, {900, 300, 150}, {17, 64, 512}};
  for (const auto& [m, k, n] : sizes) {
    const Tensor a = normal({m, k}, 1, at::kFloat), b = normal({k, n}, 2, at::kFloat);
    at::set_num_threads(1);
    const Tensor one = product_value(a, b);
    for (const int threads : {2, 3, 8}) {
      at::set_num_threads(threads);
      EXPECT_TRUE(same(product_value(a, b), one)) << m << " x " << k << " x " << n << " by " << threads;
    }
  }
}

TEST_F(Product, SecondDerivatives) {
  expect_second_derivatives(kernel, {normal({3, 5}, 1), normal({5, 4}, 2)});
}

TEST_F(Product, SkipsGradientsThatNobodyAskedFor) {
  const Tensor a = normal({3, 5}, 1).set_requires_grad(true), b = normal({5, 4}, 2);
  product(a, b).sum().backward();
  EXPECT_TRUE(a.grad().defined());
  EXPECT_FALSE(b.grad().defined());
}

}  // namespace
}  // namespace ganymede::nn::kernels::product_tests
