#include "ganymede/nn/kernels/adam.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>
#include <torch/optim.h>

#include "checks.h"
#include "ganymede/core/error.h"

namespace ganymede::nn::kernels::optimiser_tests {
namespace {

using namespace ganymede::test;

const std::vector<std::int64_t> shapes[] = {{1}, {7}, {3, 1, 5, 5}, {300, 300}, {64, 32, 4, 4}};

/// Ours beside LibTorch's own optimiser, on copies of the same parameters.
struct Pair {
  Tensors ours, theirs;
  std::vector<UpdateTensors> state;

  explicit Pair(at::ScalarType type) {
    for (const auto& sizes : shapes) {
      ours.push_back(normal(sizes, ours.size(), type));
      theirs.push_back(ours.back().clone().set_requires_grad(true));
      const Tensor zero = at::zeros_like(ours.back());
      state.push_back({ours.back(), {}, zero.clone(), zero.clone(), ours.back().clone()});
    }
  }
  void set_gradients(std::uint64_t step) {
    for (std::size_t i = 0; i < ours.size(); ++i) {
      state[i].grad = normal(ours[i].sizes(), 1000 * step + i, ours[i].scalar_type());
      theirs[i].mutable_grad() = state[i].grad.clone();
    }
  }
  void expect_equal(double tolerance) const {
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LE(distance(ours[i], theirs[i]), tolerance) << "tensor " << i;
  }
};

template <class Optimiser, class Step>
void compare(at::ScalarType type, double tolerance, Optimiser&& make, Step&& step) {
  Pair pair(type);
  auto optimiser = make(pair.theirs);
  Tensors average;
  for (const Tensor& t : pair.ours) average.push_back(t.clone());
  for (int i = 1; i <= 5; ++i) {
    pair.set_gradients(static_cast<std::uint64_t>(i));
    optimiser.step();
    step(pair.state, i);
    pair.expect_equal(tolerance);
    for (std::size_t j = 0; j < average.size(); ++j) {
      average[j] = 0.9 * average[j] + 0.1 * pair.theirs[j].detach();
      EXPECT_LE(distance(pair.state[j].average, average[j]), tolerance);
    }
  }
}

TEST(Adam, IsPyTorchs) {
  for (const double decay : {0.0, 0.1})
    for (const auto& [type, tolerance] : {std::pair{at::kDouble, 1e-13}, {at::kFloat, 1e-6}})
      compare(
          type, tolerance,
          [&](const Tensors& t) {
            return torch::optim::Adam(t, torch::optim::AdamOptions(0.01).betas({0.5, 0.99}).weight_decay(decay));
          },
          [&](const auto& state, int i) { adam_step(state, {0.01, 0.5, 0.99, 1e-8, decay, false, i, 0.9}); });
}

TEST(Adam, DecoupledIsAdamW) {
  compare(
      at::kDouble, 1e-13,
      [](const Tensors& t) {
        return torch::optim::AdamW(t, torch::optim::AdamWOptions(0.01).betas({0.5, 0.99}).weight_decay(0.1));
      },
      [](const auto& state, int i) { adam_step(state, {0.01, 0.5, 0.99, 1e-8, 0.1, true, i, 0.9}); });
}

// As on a GPU, where one launch changes all parameters.
TEST(Adam, TogetherIsOneByOne) {
  const bool gpu = torch::cuda::is_available();
  if (!gpu && (TORCH_VERSION_MAJOR < 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 4)))
    GTEST_SKIP() << "LibTorch " TORCH_VERSION " has it on GPUs alone";
  const torch::Device there = gpu ? torch::kCUDA : torch::kCPU;
  for (const bool decoupled : {false, true}) {
    std::vector<UpdateTensors> one_by_one, together;
    const Tensor count = at::zeros({}, at::device(there));
    for (std::uint64_t i = 0; i < std::size(shapes); ++i) {
      const Tensor start = normal(shapes[i], i, at::kFloat);
      one_by_one.push_back({start.clone(), {}, at::zeros_like(start), at::zeros_like(start), start.clone()});
      const Tensor copy = start.to(there);
      together.push_back({copy.clone(), {}, at::zeros_like(copy), at::zeros_like(copy), copy.clone(), count});
    }
    for (int step = 1; step <= 5; ++step) {
      count.add_(1);
      for (std::uint64_t i = 0; i + 1 < std::size(shapes); ++i) {  // the last has no gradient: only its average follows
        one_by_one[i].grad = normal(shapes[i], 1000 * static_cast<std::uint64_t>(step) + i, at::kFloat);
        together[i].grad = one_by_one[i].grad.to(there);
      }
      // Another layout than its parameter's, as backward passes leave gradients.
      Tensor& image = together[2].grad;
      image = image.to(at::MemoryFormat::ChannelsLast);
      adam_step(one_by_one, {0.01, 0.5, 0.99, 1e-8, 0.1, decoupled, step, 0.9});
      adam_step(together, {0.01, 0.5, 0.99, 1e-8, 0.1, decoupled, /*not looked at*/ 77, 0.9});
    }
    for (std::size_t i = 0; i < together.size(); ++i) {
      EXPECT_LE(distance(together[i].param.cpu(), one_by_one[i].param), 1e-6) << i;
      EXPECT_LE(distance(together[i].average.cpu(), one_by_one[i].average), 1e-6) << i;
      EXPECT_LE(distance(together[i].second.cpu(), one_by_one[i].second), 2e-6) << i;
    }
  }
}

TEST(Rmsprop, IsPyTorchs) {
  for (const double momentum : {0.0, 0.9})
    for (const auto& [type, tolerance] : {std::pair{at::kDouble, 1e-13}, {at::kFloat, 1e-6}})
      compare(
          type, tolerance,
          [&](const Tensors& t) {
            return torch::optim::RMSprop(
                t, torch::optim::RMSpropOptions(0.01).alpha(0.9).momentum(momentum).weight_decay(0.01));
          },
          [&](const auto& state, int) { rmsprop_step(state, {0.01, 0.9, 1e-8, 0.01, momentum, 0.9}); });
}

TEST(Sgd, IsPyTorchs) {
  for (const bool nesterov : {false, true})
    for (const double momentum : {0.0, 0.9}) {
      if (nesterov && momentum == 0) continue;
      compare(
          at::kDouble, 1e-13,
          [&](const Tensors& t) {
            return torch::optim::SGD(
                t, torch::optim::SGDOptions(0.1).momentum(momentum).weight_decay(0.01).nesterov(nesterov));
          },
          [&](const auto& state, int) { sgd_step(state, {0.1, momentum, 0.01, nesterov, 0.9}); });
    }
}

UpdateTensors small(at::ScalarType type = at::kFloat) {
  const Tensor p = normal({4, 3, 2, 2}, 1, type);
  return {p, normal({4, 3, 2, 2}, 2, type), at::zeros_like(p), at::zeros_like(p), {}};
}

TEST(Adam, AcceptsAGradientInAnotherLayout) {
  UpdateTensors a = small(), b = small();
  b.grad = b.grad.contiguous(at::MemoryFormat::ChannelsLast);
  adam_step(std::span(&a, 1), {});
  adam_step(std::span(&b, 1), {});
  EXPECT_TRUE(same(a.param, b.param));
}

TEST(Adam, LeavesAParameterWithoutGradientAlone) {
  UpdateTensors t = small();
  const Tensor before = t.param.clone();
  t.grad = Tensor{};
  t.average = at::zeros_like(t.param);
  AdamStep options;
  options.ema_decay = 0.5;
  adam_step(std::span(&t, 1), options);
  EXPECT_TRUE(same(t.param, before));
  EXPECT_LE(distance(t.average, before * 0.5), 1e-7);
}

TEST(Adam, RefusesAStateThatDoesNotFitAndChangesNothing) {
  std::vector<UpdateTensors> list = {small(), small()};
  const Tensor before = list[0].param.clone();
  list[1].second = at::zeros({5});
  EXPECT_THROW(adam_step(list, {}), Error);
  EXPECT_TRUE(same(list[0].param, before));
}

TEST(Adam, SameBytesForAnyNumberOfThreads) {
  const int before = at::get_num_threads();
  Tensors results;
  for (const int threads : {1, 1, 2, 3}) {
    at::set_num_threads(threads);
    Pair pair(at::kFloat);
    pair.set_gradients(1);
    adam_step(pair.state, {});
    results.push_back(pair.ours[3]);
  }
  at::set_num_threads(before);
  for (const Tensor& r : results) EXPECT_TRUE(same(r, results[0]));
}

TEST(SquaredNorm, IsTheSumOfSquares) {
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
    const Tensors t = {normal({7}, 1, type),
                       {},
                       normal({300, 301}, 2, type),
                       normal({6, 10}, 3, type).t(),
                       normal({8, 10}, 4, type).slice(1, 0, 10, 3)};
    double expected = 0;
    for (const Tensor& x : t) expected += x.defined() ? x.to(at::kDouble).square().sum().item<double>() : 0.0;
    EXPECT_NEAR(squared_norm(t), expected, 1e-12 * expected);
    const int before = at::get_num_threads();
    at::set_num_threads(1);
    const double one = squared_norm(t);
    at::set_num_threads(3);
    EXPECT_EQ(squared_norm(t), one);
    at::set_num_threads(before);
  }
}

TEST(Scale, ScalesInPlace) {
  const Tensors t = {at::ones({3}), {}, at::ones({2, 2})};
  scale_(t, 0.25);
  EXPECT_TRUE(same(t[0], at::full({3}, 0.25)));
  EXPECT_TRUE(same(t[2], at::full({2, 2}, 0.25)));
}

}  // namespace
}  // namespace ganymede::nn::kernels::optimiser_tests
