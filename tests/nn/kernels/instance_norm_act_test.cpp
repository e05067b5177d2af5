#include "ganymede/nn/kernels/instance_norm_act.h"

#include <gtest/gtest.h>

#include "ganymede/core/error.h"
#include "norm_checks.h"

namespace ganymede::nn::kernels::instance_norm_tests {
namespace {

using namespace ganymede::test;

constexpr double eps = 1e-5;

const NormCase cases[] = {
    {{4, 3, 5, 7}, 1.0}, {{2, 1, 3, 3}, 0.0},    {{1, 8, 6, 6}, 0.2},
    {{3, 33, 9, 1}, 0},  {{2, 64, 16, 16}, 0.2}, {{5, 7, 13, 11}, 0.2},  // more pixels than are added up at once
};

Formula plain(double slope) {
  return [=](const Tensors& t) {
    const Tensor y = at::instance_norm(t[0].contiguous(), t[1], t[2], {}, {}, true, 0, eps, false);
    return slope == 1 ? y : at::leaky_relu(y, slope);
  };
}

Formula kernel(double slope) {
  return [=](const Tensors& t) { return instance_norm_act(t[0], t[1], t[2], eps, slope); };
}

class InstanceNormAct : public testing::TestWithParam<NormCase> {};

TEST_P(InstanceNormAct, AgreesWithLibTorchInDouble) {
  expect_agreement(kernel(GetParam().slope), plain(GetParam().slope), norm_inputs(GetParam()));
}

TEST_P(InstanceNormAct, AgreesInFloatAndBfloat16) {
  expect_norms_agree_in_small_types(GetParam(), kernel, [](double slope) { return plain(slope); });
}

TEST_P(InstanceNormAct, SecondDerivatives) {
  if (normal(GetParam().sizes).numel() > 500) return;  // the small cases say it all
  expect_second_derivatives(kernel(GetParam().slope), norm_inputs(GetParam()), 2e-5);
}

/// The gradient by the input alone, as a gradient penalty has it: of x, weight and the output's gradient.
Formula input_gradient(const Formula& norm, const Tensor& bias) {
  return [=](const Tensors& t) {
    const Tensor x = t[0].requires_grad() ? t[0] : t[0].detach().clone().set_requires_grad(true);
    return torch::autograd::grad({norm({x, t[1], bias})}, {x}, {t[2]}, true, true)[0];
  };
}

TEST_P(InstanceNormAct, GradientsOfTheInputsGradientAgreeInDouble) {
  const Tensors t = norm_inputs(GetParam());
  const double slope = GetParam().slope;
  expect_agreement(input_gradient(kernel(slope), t[2]), input_gradient(plain(slope), t[2]),
                   {t[0], t[1], normal(GetParam().sizes, 5)}, 1e-9);
  const auto without = [&](const Formula& norm) {
    return [=](const Tensors& in) {
      return torch::autograd::grad({norm({in[0], {}, {}})}, {in[0]}, {in[1]}, true, true)[0];
    };
  };
  expect_agreement(without(kernel(slope)), without(plain(slope)), {t[0], normal(GetParam().sizes, 5)}, 1e-9);
}

TEST_P(InstanceNormAct, GradientsOfTheInputsGradientAgreeInFloatAndBfloat16) {
  const Tensors t = norm_inputs(GetParam());
  const Tensor x = t[0].to(at::kBFloat16), dy = normal(GetParam().sizes, 5, at::kBFloat16);
  const Tensors exact = {x.to(at::kDouble), t[1], dy.to(at::kDouble)};
  expect_agreement(input_gradient(kernel(1), t[2].to(at::kFloat)), input_gradient(plain(1), t[2]),
                   {x.to(at::kFloat), t[1].to(at::kFloat), dy.to(at::kFloat)}, exact, 5e-5);
  expect_agreement(input_gradient(kernel(1), t[2].to(at::kFloat)), input_gradient(plain(1), t[2]),
                   {x, t[1].to(at::kFloat), dy}, exact, 0.02);
}

TEST_P(InstanceNormAct, ThirdDerivatives) {
  if (normal(GetParam().sizes).numel() > 500) return;  // the small cases say it all
  const Tensors t = norm_inputs(GetParam());
  expect_second_derivatives(input_gradient(kernel(GetParam().slope), t[2]), {t[0], t[1], normal(GetParam().sizes, 5)},
                            1e-4);
}

TEST_P(InstanceNormAct, SameBytesForAnyNumberOfThreads) {
  expect_same_bytes_for_any_number_of_threads(kernel(GetParam().slope),
                                              norm_inputs(GetParam(), at::kBFloat16, at::kFloat));
}

INSTANTIATE_TEST_SUITE_P(Shapes, InstanceNormAct, testing::ValuesIn(cases));

TEST(InstanceNorm, IsSoundFarFromZeroAndNeedsNoAffineMap) {
  const Tensor x = normal({3, 4, 16, 16}), far = x.to(at::kFloat) + 10000;
  const Tensor y = instance_norm_act(far, {}, {}, eps, 1);
  EXPECT_LE(distance(y, plain(1)({far.to(at::kDouble), {}, {}})), 1e-3);
  EXPECT_LE(distance(instance_norm_act(x, {}, {}, eps, 0.2), plain(0.2)({x, {}, {}})), 1e-12);
}

TEST(InstanceNorm, RefusesWhatDoesNotFit) {
  EXPECT_THROW(instance_norm_act(normal({4, 3}), {}, {}, eps, 1), Error);
  EXPECT_THROW(instance_norm_act(normal({2, 3, 4, 4}), normal({4}), {}, eps, 1), Error);
}

TEST(InstanceNorm, ATypeWithoutAKernelTakesLibTorchsOperations) {  // as other devices do
  const Tensor x = normal({2, 3, 4, 5}), weight = normal({3}, 2), bias = normal({3}, 3);
  const Tensor y = instance_norm_act(x.to(at::kHalf), weight, bias, eps, 1);
  EXPECT_EQ(y.scalar_type(), at::kHalf);
  EXPECT_LE(distance(y, instance_norm_act(x, weight, bias, eps, 1)), 0.01);
}

}  // namespace
}  // namespace ganymede::nn::kernels::instance_norm_tests
