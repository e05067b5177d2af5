// What the kernel tests share: comparing tensors, comparing gradients with a plain formula's, and finite differences.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::test {

using Tensors = std::vector<Tensor>;
using Formula = std::function<Tensor(const Tensors&)>;

/// Deterministic standard normal values.
inline Tensor normal(at::IntArrayRef sizes, std::uint64_t seed = 1, at::ScalarType type = at::kDouble) {
  return at::randn(sizes, at::make_generator<at::CPUGeneratorImpl>(seed), at::dtype(at::kDouble)).to(type);
}

/// The largest difference, relative to the largest expected value (at least 1e-30).
inline double distance(const Tensor& value, const Tensor& expected) {
  if (value.sizes() != expected.sizes()) return 1e30;
  if (value.numel() == 0) return 0;
  const Tensor a = value.detach().to(at::kDouble), b = expected.detach().to(at::kDouble);
  return (a - b).abs().max().item<double>() / std::max(b.abs().max().item<double>(), 1e-30);
}

/// True when both hold the same bytes' worth of values (NaN excluded).
inline bool same(const Tensor& a, const Tensor& b) {
  return at::equal(a, b);
}

/// Value and gradients of `formula` at `inputs` (made leaves), for a fixed random output gradient that every type
/// holds.
inline Tensors value_and_gradients(const Formula& formula, const Tensors& inputs) {
  Tensors leaves;
  for (const Tensor& t : inputs) leaves.push_back(t.detach().clone().set_requires_grad(true));
  const Tensor y = formula(leaves);
  Tensors result = torch::autograd::grad({y}, leaves, {normal(y.sizes(), 77, at::kBFloat16).to(y.scalar_type())});
  result.insert(result.begin(), y.detach());
  return result;
}

/// Expects value and all gradients of two formulas to agree; the second may be computed in another type.
inline void expect_agreement(const Formula& kernel, const Formula& plain, const Tensors& inputs,
                             const Tensors& plain_inputs, double tolerance) {
  const Tensors a = value_and_gradients(kernel, inputs), b = value_and_gradients(plain, plain_inputs);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_LE(distance(a[i], b[i]), tolerance) << (i == 0 ? "value" : "gradient " + std::to_string(i - 1));
}

inline void expect_agreement(const Formula& kernel, const Formula& plain, const Tensors& inputs,
                             double tolerance = 1e-10) {
  expect_agreement(kernel, plain, inputs, inputs, tolerance);
}

/// Expects the second derivatives (in double) to agree with central differences of the first, along random directions.
inline void expect_second_derivatives(const Formula& formula, const Tensors& inputs, double tolerance = 1e-6) {
  Tensors leaves, directions;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    leaves.push_back(inputs[i].detach().clone().set_requires_grad(true));
    directions.push_back(normal(inputs[i].sizes(), 100 + i));
  }
  const auto slope = [&](const Tensors& at_point, bool create_graph) {  // <gradient, fixed weights>
    const Tensor y = formula(at_point);
    const Tensors g = torch::autograd::grad({y}, at_point, {normal(y.sizes(), 77)}, true, create_graph);
    Tensor sum = at::zeros({}, at::kDouble);
    for (std::size_t i = 0; i < g.size(); ++i) sum = sum + (g[i] * normal(g[i].sizes(), 200 + i)).sum();
    return sum;
  };
  const Tensors second = torch::autograd::grad({slope(leaves, true)}, leaves, {}, c10::nullopt, false, true);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto moved = [&](double by) {
      Tensors at_point;
      for (std::size_t j = 0; j < leaves.size(); ++j)
        at_point.push_back((leaves[j].detach() + (i == j ? by : 0.0) * directions[j]).set_requires_grad(true));
      return slope(at_point, false).item<double>();
    };
    constexpr double h = 1e-5;
    const double expected = (moved(h) - moved(-h)) / (2 * h);
    const double found = second[i].defined() ? (second[i] * directions[i]).sum().item<double>() : 0.0;
    EXPECT_NEAR(found, expected, tolerance * std::max(1.0, std::abs(expected))) << "second derivative " << i;
  }
}

}  // namespace ganymede::test
