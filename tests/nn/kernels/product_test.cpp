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
