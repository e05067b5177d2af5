#include "ganymede/nn/kernels/batch_norm_act.h"

#include <gtest/gtest.h>

#include "ganymede/core/error.h"
#include "norm_checks.h"

namespace ganymede::nn::kernels::batch_norm_tests {
namespace {

using namespace ganymede::test;

constexpr double eps = 1e-5, momentum = 0.1;

const NormCase cases[] = {
    {{4, 3, 5, 7}, 1.0},   {{2, 1, 3, 3}, 0.0}, {{1, 8, 6, 6}, 0.2},  {{7, 5}, 0.2},
    {{300, 3, 2, 2}, 0.0}, {{64, 100}, 1.0},    {{3, 33, 9, 1}, 0.2}, {{2, 64, 16, 16}, 0.2},
};

Formula plain(double slope, bool training = true) {
  return [=](const Tensors& t) {
    const Tensor mean = training ? Tensor{} : t[3], var = training ? Tensor{} : t[4];
    const Tensor y = at::batch_norm(t[0].contiguous(), t[1], t[2], mean, var, training, momentum, eps, false);
    return slope == 1 ? y : at::leaky_relu(y, slope);
  };
}

Formula kernel(double slope) {
  return [=](const Tensors& t) { return batch_norm_act(t[0], {t[1], t[2], {}, {}}, true, momentum, eps, slope); };
}

class BatchNormAct : public testing::TestWithParam<NormCase> {};

TEST_P(BatchNormAct, AgreesWithLibTorchInDouble) {
  expect_agreement(kernel(GetParam().slope), plain(GetParam().slope), norm_inputs(GetParam()));
}

TEST_P(BatchNormAct, AgreesInFloatAndBfloat16) {
  expect_norms_agree_in_small_types(GetParam(), kernel, [](double slope) { return plain(slope); });
}

TEST_P(BatchNormAct, SecondDerivatives) {
  if (normal(GetParam().sizes).numel() > 500) return;  // the small cases say it all
  expect_second_derivatives(kernel(GetParam().slope), norm_inputs(GetParam()), 2e-5);
}

TEST_P(BatchNormAct, RunningStatisticsMoveAsPyTorchs) {
  const std::int64_t channels = GetParam().sizes[1];
  const Tensor mean = normal({channels}, 8), var = normal({channels}, 9).abs() + 0.1;
  const Tensor their_mean = mean.clone(), their_var = var.clone();
  const Tensors t = norm_inputs(GetParam());
  batch_norm_act(t[0], {t[1], t[2], mean, var}, true, 0.3, eps, 1);
  at::batch_norm(t[0].contiguous(), t[1], t[2], their_mean, their_var, true, 0.3, eps, false);
  EXPECT_LE(distance(mean, their_mean), 1e-12);
  EXPECT_LE(distance(var, their_var), 1e-12);
}

TEST_P(BatchNormAct, EvaluationUsesTheRunningStatistics) {
  const std::int64_t channels = GetParam().sizes[1];
  const Tensor mean = normal({channels}, 8), var = normal({channels}, 9).abs() + 0.1;
  const double slope = GetParam().slope;
  const Tensors t = norm_inputs(GetParam());
  const Formula ours = [&](const Tensors& in) {
    return batch_norm_act(in[0], {in[1], in[2], mean, var}, false, momentum, eps, slope);
  };
  const Formula theirs = [&](const Tensors& in) { return plain(slope, false)({in[0], in[1], in[2], mean, var}); };
  expect_agreement(ours, theirs, t);
  if (t[0].numel() <= 500) expect_second_derivatives(ours, t, 2e-5);
}

TEST_P(BatchNormAct, SameBytesForAnyNumberOfThreads) {
  expect_same_bytes_for_any_number_of_threads(kernel(GetParam().slope),
                                              norm_inputs(GetParam(), at::kBFloat16, at::kFloat));
}

INSTANTIATE_TEST_SUITE_P(Shapes, BatchNormAct, testing::ValuesIn(cases));

TEST(BatchNorm, IsSoundFarFromZero) {
  const Tensor far = normal({64, 4, 16, 16}).to(at::kFloat) + 10000;  // squares would lose every digit of the variance
  const Tensor mean = at::zeros({4}), var = at::zeros({4});
  batch_norm_act(far, {{}, {}, mean, var}, true, 1.0, eps, 1);
  const Tensor exact = far.to(at::kDouble).transpose(0, 1).reshape({4, -1}).var(1, true);
  EXPECT_LE(distance(var, exact), 1e-5);
}

TEST(BatchNorm, NeedsNoAffineMap) {
  const Tensor x = normal({5, 3, 4, 4});
  EXPECT_LE(distance(batch_norm_act(x, {}, true, momentum, eps, 0.2), plain(0.2)({x, {}, {}})), 1e-12);
}

TEST(BatchNorm, AcceptsAnyLayoutAndReturnsChannelsLast) {
  const Tensor x = normal({5, 4, 3, 4}).transpose(1, 3);
  const Tensor y = batch_norm_act(x, {}, true, momentum, eps, 1);
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_LE(distance(y, plain(1)({x, {}, {}})), 1e-12);
}

TEST(BatchNorm, RefusesWhatDoesNotFit) {
  EXPECT_THROW(batch_norm_act(normal({1, 3}), {}, true, momentum, eps, 1), Error);
  EXPECT_THROW(batch_norm_act(normal({4, 3}), {normal({4}), {}, {}, {}}, true, momentum, eps, 1), Error);
  EXPECT_THROW(batch_norm_act(normal({4, 3, 2}), {}, true, momentum, eps, 1), Error);
  const Tensor mean = at::zeros({3}, at::kDouble), var = at::ones({3}, at::kDouble);
  EXPECT_NO_THROW(batch_norm_act(normal({1, 3}), {{}, {}, mean, var}, false, momentum, eps, 1));
}

}  // namespace
}  // namespace ganymede::nn::kernels::batch_norm_tests
