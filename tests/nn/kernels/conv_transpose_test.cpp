#include "ganymede/nn/kernels/conv_transpose.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include "checks.h"
#include "ganymede/core/error.h"
#include "ganymede/nn/kernels/amx.h"

namespace ganymede::nn::kernels::convolution_tests {
namespace {

using namespace ganymede::test;

struct Case {
  std::int64_t batch, channels, out, height, width, kernel, stride;
  Padding padding;
  std::int64_t groups = 1;

  ConvGeometry geometry() const { return {stride, padding, groups}; }
};

std::ostream& operator<<(std::ostream& s, const Case& c) {
  return s << "n" << c.batch << " c" << c.channels << " o" << c.out << " " << c.height << "x" << c.width << " k"
           << c.kernel << " s" << c.stride << " p" << c.padding.top << c.padding.bottom << c.padding.left
           << c.padding.right << " g" << c.groups;
}

const Case cases[] = {
    {2, 3, 5, 8, 8, 4, 2, Padding::all(1)},
    {1, 1, 1, 5, 7, 3, 1, Padding::all(1)},
    {3, 4, 2, 9, 7, 5, 2, Padding::all(2)},
    {2, 3, 4, 8, 8, 5, 2, {1, 2, 1, 2}},
    {2, 6, 4, 4, 4, 4, 1, {}},
    {1, 2, 3, 6, 5, 3, 2, {0, 1, 1, 0}},
    {2, 32, 40, 8, 8, 4, 2, Padding::all(1)},
    {5, 64, 33, 6, 10, 5, 2, {1, 2, 1, 2}},
    {2, 3, 2, 7, 7, 2, 3, {}},
    {3, 70, 3, 16, 16, 4, 2, Padding::all(1)},
    {4, 1, 8, 28, 28, 5, 2, Padding::all(2)},
    {40, 3, 16, 8, 8, 3, 1, Padding::all(1)},
    {2, 33, 31, 6, 6, 1, 1, {}},
    {2, 5, 7, 6, 6, 3, 3, Padding::all(0)},
    {3, 4, 6, 7, 7, 3, 2, Padding::all(1), 2},
    {2, 6, 6, 8, 8, 3, 1, Padding::all(1), 6},
    {2, 6, 12, 5, 5, 5, 1, {}, 6},
    {20, 64, 64, 16, 16, 3, 1, Padding::all(1), 4},
};

Tensor padded(const Tensor& x, const Padding& p) {
  return at::constant_pad_nd(x, {p.left, p.right, p.top, p.bottom}, 0);
}

/// The plain LibTorch way, in contiguous layout.
Formula plain_conv(const Case& c) {
  return [c](const Tensors& t) {
    return at::conv2d(padded(t[0], c.padding).contiguous(), t[1], t[2], {c.stride, c.stride}, at::IntArrayRef{0, 0}, 1,
                      c.groups);
  };
}

Formula plain_transpose(const Case& c) {
  return [c](const Tensors& t) {
    const Padding& p = c.padding;
    const std::int64_t h = c.height + p.top + p.bottom, w = c.width + p.left + p.right;
    const std::int64_t rest_y = (h - c.kernel) % c.stride, rest_x = (w - c.kernel) % c.stride;
    const Tensor y = at::conv_transpose2d(t[0], t[1], t[2], {c.stride, c.stride}, 0, {rest_y, rest_x}, c.groups);
    return y.narrow(2, p.top, c.height).narrow(3, p.left, c.width);
  };
}

Formula kernel_conv(const Case& c) {
  return [c](const Tensors& t) { return conv2d(t[0], t[1], t.size() > 2 ? t[2] : Tensor{}, c.geometry()); };
}

Formula kernel_transpose(const Case& c) {
  return [c](const Tensors& t) {
    return conv_transpose2d(t[0], t[1], t.size() > 2 ? t[2] : Tensor{}, c.geometry(), {c.height, c.width});
  };
}

Tensors conv_inputs(const Case& c, at::ScalarType x_type = at::kDouble, at::ScalarType w_type = at::kDouble) {
  return {normal({c.batch, c.channels, c.height, c.width}, 1, x_type),
          normal({c.out, c.channels / c.groups, c.kernel, c.kernel}, 2, w_type), normal({c.out}, 3, w_type)};
}

/// The transpose maps `out` channels of the convolution's output back to `channels` of its image.
Tensors transpose_inputs(const Case& c, at::ScalarType x_type = at::kDouble, at::ScalarType w_type = at::kDouble) {
  const Padding& p = c.padding;
  return {normal({c.batch, c.out, conv_output_size(c.height, c.kernel, c.stride, p.top, p.bottom),
                  conv_output_size(c.width, c.kernel, c.stride, p.left, p.right)},
                 4, x_type),
          normal({c.out, c.channels / c.groups, c.kernel, c.kernel}, 5, w_type), normal({c.channels}, 6, w_type)};
}

/// Rounded to bf16 and back, so that both sides of a comparison start from the same numbers.
Tensors rounded(const Tensors& inputs) {
  Tensors result;
  for (const Tensor& t : inputs) result.push_back(t.to(at::kBFloat16).to(at::kDouble));
  return result;
}

Tensors as(const Tensors& inputs, at::ScalarType x_type, at::ScalarType w_type) {
  return {inputs[0].to(x_type), inputs[1].to(w_type), inputs[2].to(w_type)};
}

class Convolutions : public testing::TestWithParam<Case> {};

TEST_P(Convolutions, AgreeWithLibTorchInDouble) {
  expect_agreement(kernel_conv(GetParam()), plain_conv(GetParam()), conv_inputs(GetParam()));
  expect_agreement(kernel_transpose(GetParam()), plain_transpose(GetParam()), transpose_inputs(GetParam()));
}

TEST_P(Convolutions, AgreeWithLibTorchInFloat) {
  const Tensors c = conv_inputs(GetParam()), t = transpose_inputs(GetParam());
  expect_agreement(kernel_conv(GetParam()), plain_conv(GetParam()), as(c, at::kFloat, at::kFloat), c, 1e-5);
  expect_agreement(kernel_transpose(GetParam()), plain_transpose(GetParam()), as(t, at::kFloat, at::kFloat), t, 1e-5);
}

TEST_P(Convolutions, AgreeInBfloat16WithMasterWeightsInFloat) {
  for (const bool tiles : {false, true}) {
    amx_enable(tiles);
    const double tolerance = 0.02;  // values and gradients are rounded to 8 bits
    const Tensors c = rounded(conv_inputs(GetParam())), t = rounded(transpose_inputs(GetParam()));
    expect_agreement(kernel_conv(GetParam()), plain_conv(GetParam()), as(c, at::kBFloat16, at::kFloat), c, tolerance);
    expect_agreement(kernel_transpose(GetParam()), plain_transpose(GetParam()), as(t, at::kBFloat16, at::kFloat), t,
                     tolerance);
  }
  amx_enable(true);
}

/// On tiles only the result is rounded, once: half a unit in the last of 8 bits of each element. Sums are in f32.
TEST_P(Convolutions, OnTilesRoundOnce) {
  if (!amx_available()) GTEST_SKIP() << "this processor has no AMX tiles";
  const auto expect_rounded_once = [](const Tensors& found, const Tensors& exact) {
    for (std::size_t i = 0; i < found.size(); ++i) {
      const bool wide = found[i].scalar_type() == at::kFloat;  // weight gradients stay in f32
      const Tensor f = found[i].to(at::kDouble), error = (f - exact[i]).abs();
      const Tensor allowed = exact[i].abs() * (wide ? 1e-5 : 0.0040) + exact[i].abs().max() * 1e-5;
      EXPECT_TRUE((error <= allowed).all().item<bool>()) << "tensor " << i << " " << (error - allowed).max();
    }
  };
  const auto gradients = [](const Formula& f, const Tensors& inputs) {  // with an output gradient that bf16 can hold
    Tensors leaves;
    for (const Tensor& t : inputs) leaves.push_back(t.detach().clone().set_requires_grad(true));
    const Tensor y = f(leaves);
    const Tensor dy = normal(y.sizes(), 77).to(at::kBFloat16).to(y.scalar_type());
    Tensors result = torch::autograd::grad({y}, {leaves[0], leaves[1]}, {dy});
    result.push_back(y);
    return result;
  };
  const Tensors c = rounded(conv_inputs(GetParam())), t = rounded(transpose_inputs(GetParam()));
  expect_rounded_once(gradients(kernel_conv(GetParam()), as(c, at::kBFloat16, at::kFloat)),
                      gradients(plain_conv(GetParam()), c));
  expect_rounded_once(gradients(kernel_transpose(GetParam()), as(t, at::kBFloat16, at::kFloat)),
                      gradients(plain_transpose(GetParam()), t));
}

TEST_P(Convolutions, SecondDerivatives) {
  if (conv_inputs(GetParam())[1].numel() > 2000) return;  // the small cases say it all
  expect_second_derivatives(kernel_conv(GetParam()), conv_inputs(GetParam()));
  expect_second_derivatives(kernel_transpose(GetParam()), transpose_inputs(GetParam()));
}

TEST_P(Convolutions, SameBytesForAnyNumberOfThreads) {
  if (!amx_available()) GTEST_SKIP() << "promised on tiles only";
  const int before = at::get_num_threads();
  std::vector<Tensors> results;
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    for (int repeat = 0; repeat < 2; ++repeat) {
      Tensors r = value_and_gradients(kernel_conv(GetParam()), as(conv_inputs(GetParam()), at::kBFloat16, at::kFloat));
      const Tensors t = value_and_gradients(kernel_transpose(GetParam()),
                                            as(transpose_inputs(GetParam()), at::kBFloat16, at::kFloat));
      r.insert(r.end(), t.begin(), t.end());
      results.push_back(r);
    }
  }
  at::set_num_threads(before);
  for (const Tensors& r : results) {
    for (std::size_t i = 0; i < r.size(); ++i)
      if (i % 4 != 3) {  // that is the gradient of the bias
        EXPECT_TRUE(same(r[i], results[0][i])) << "tensor " << i;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Convolutions, testing::ValuesIn(cases));

TEST(Conv, AcceptsAnyLayoutAndReturnsChannelsLast) {
  const Case c = cases[0];
  const Tensors inputs = conv_inputs(c);
  const Tensors strided = {inputs[0].transpose(2, 3).contiguous().transpose(2, 3),
                           inputs[1].contiguous(at::MemoryFormat::ChannelsLast), inputs[2]};
  const Tensor y = kernel_conv(c)(strided);
  EXPECT_LE(distance(y, kernel_conv(c)(inputs)), 1e-12);
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
}

TEST(Conv, NeedsNoBias) {
  const Case c = cases[2];
  Tensors inputs = conv_inputs(c);
  const Tensors with_zero = {inputs[0], inputs[1], at::zeros_like(inputs[2])};
  EXPECT_LE(distance(kernel_conv(c)({inputs[0], inputs[1]}), kernel_conv(c)(with_zero)), 1e-12);
}

/// How many gradients LibTorch is asked for during a backward pass through `formula` (in double nothing else runs).
int gradients_computed(const Formula& formula, const Tensors& inputs, bool input, bool weight) {
  static int count;
  count = 0;
  const Tensors leaves = {inputs[0].detach().clone().set_requires_grad(input),
                          inputs[1].detach().clone().set_requires_grad(weight)};
  const Tensor sum = formula(leaves).sum();
  const auto handle = at::addGlobalCallback(
      at::RecordFunctionCallback([](const at::RecordFunction& f) -> std::unique_ptr<at::ObserverContext> {
        const std::string name = f.name();
        count += name == "aten::convolution_backward" || name == "aten::convolution" ? 1 : 0;
        return nullptr;
      }).scopes({at::RecordScope::FUNCTION}));
  sum.backward();
  at::removeCallback(handle);
  return count;
}

TEST(Conv, SkipsGradientsThatNobodyAskedFor) {
  const Case c = cases[0];
  for (const auto& [formula, inputs] :
       {std::pair{kernel_conv(c), conv_inputs(c)}, std::pair{kernel_transpose(c), transpose_inputs(c)}}) {
    EXPECT_EQ(gradients_computed(formula, inputs, true, true), 2);
    EXPECT_EQ(gradients_computed(formula, inputs, true, false), 1);  // the generator's step: D's weights are frozen
    EXPECT_EQ(gradients_computed(formula, inputs, false, true), 1);  // a first layer: the images are data
  }
}

TEST(Conv, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(conv2d(normal({1, 3, 8, 8}), normal({4, 2, 3, 3}), {}, ConvGeometry{}), Error);
  EXPECT_THROW(conv2d(normal({1, 3, 2, 2}), normal({4, 3, 3, 3}), {}, ConvGeometry{}), Error);
  EXPECT_THROW(conv2d(normal({1, 3, 8, 8}), normal({4, 3, 3, 3}), normal({5}), ConvGeometry{}), Error);
  EXPECT_THROW(conv2d(normal({1, 4, 8, 8}), normal({3, 2, 3, 3}), {}, ConvGeometry{1, {}, 2}), Error)
      << "3 filters, 2 groups";
  EXPECT_THROW(conv2d(normal({1, 4, 8, 8}), normal({4, 4, 3, 3}), {}, ConvGeometry{1, {}, 2}), Error)
      << "2 channels in a group";
  EXPECT_THROW(conv_transpose2d(normal({1, 3, 4, 4}), normal({3, 2, 4, 4}), {}, {2, Padding::all(1)}, {10, 8}), Error);
}

TEST(Padding, SameIsTensorFlows) {
  EXPECT_EQ(Padding::same(32, 32, 5, 2), (Padding{1, 2, 1, 2}));
  EXPECT_EQ(Padding::same(7, 8, 3, 1), Padding::all(1));
  EXPECT_EQ(Padding::same(8, 7, 4, 2), (Padding{1, 1, 1, 2}));
  EXPECT_EQ(Padding::same(8, 8, 1, 2), Padding{});
}

}  // namespace
}  // namespace ganymede::nn::kernels::convolution_tests
