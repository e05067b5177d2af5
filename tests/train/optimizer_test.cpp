// The optimisers as the trainer uses them, against the plain formulas over several steps.
#include "ganymede/train/optimizer.h"

#include <cmath>

#include "ganymede/models/initialise.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

using config::OptimizerConfig;
using optim::ScheduleKind;
using test::distance;

constexpr const char* kLayers = "{ dense = 5 }, \"batch_norm\", { dense = 3, bias = false }";
constexpr double kTolerance = 1e-5;

models::Network network(std::uint64_t seed = 1) {
  const auto config = test::network_of(kLayers);
  models::Network out(config, {4});
  models::initialise(out, config, seed, "generator");
  out.require_gradients(true);
  return out;
}

/// The gradient of parameter `index` at update `step`.
Tensor gradient(const Tensor& parameter, std::size_t index, int step) {
  return test::normal(parameter.sizes(), 1000 * static_cast<std::uint64_t>(step) + index, at::kFloat);
}

void set_gradients(const models::Network& n, int step) {
  const auto parameters = n.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Tensor parameter = parameters[i].tensor;
    parameter.mutable_grad() = gradient(parameter, i, step);
  }
}

/// Ten updates of every parameter by `rule(parameter, gradient, index, step)` in double, against the optimiser's.
template <class Rule>
void expect_formula(const OptimizerConfig& config, Rule&& rule) {
  const models::Network n = network();
  std::vector<Tensor> expected;
  for (const auto& p : n.parameters()) expected.push_back(p.tensor.detach().to(at::kDouble));
  Optimizer optimizer(config, n, nullptr);
  for (int step = 1; step <= 10; ++step) {
    set_gradients(n, step);
    optimizer.step({.learning_rate = config.learning_rate, .beta2 = config.beta2.to}, false);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      Tensor g = gradient(expected[i], i, step).to(at::kDouble) + config.weight_decay * expected[i];
      rule(expected[i], g, i, step);
    }
  }
  const auto parameters = n.parameters();
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_LT(distance(parameters[i].tensor, expected[i]), kTolerance) << parameters[i].name;
}

TEST(Optimizer, AdamIsThePapers) {
  const OptimizerConfig c{.learning_rate = 0.01,
                          .beta1 = 0.5,
                          .beta2 = 0.9,
                          .epsilon = 1e-4,
                          .weight_decay = 0.1,
                          .warmup = {},
                          .decay_start = {}};
  const double beta2 = c.beta2.to;
  std::map<std::size_t, std::pair<Tensor, Tensor>> moments;
  expect_formula(c, [&](Tensor& p, const Tensor& g, std::size_t i, int step) {
    auto& [m, v] = moments[i];
    m = (m.defined() ? c.beta1 * m : torch::zeros_like(g)) + (1 - c.beta1) * g;
    v = (v.defined() ? beta2 * v : torch::zeros_like(g)) + (1 - beta2) * g * g;
    p = p -
        c.learning_rate * (m / (1 - std::pow(c.beta1, step))) / ((v / (1 - std::pow(beta2, step))).sqrt() + c.epsilon);
  });
}

TEST(Optimizer, RmspropIsPyTorchs) {
  const OptimizerConfig c{.name = "rmsprop",
                          .learning_rate = 0.01,
                          .epsilon = 1e-4,
                          .alpha = 0.8,
                          .momentum = 0.5,
                          .warmup = {},
                          .decay_start = {}};
  std::map<std::size_t, std::pair<Tensor, Tensor>> state;
  expect_formula(c, [&](Tensor& p, const Tensor& g, std::size_t i, int) {
    auto& [velocity, v] = state[i];
    v = (v.defined() ? c.alpha * v : torch::zeros_like(g)) + (1 - c.alpha) * g * g;
    velocity = (velocity.defined() ? c.momentum * velocity : torch::zeros_like(g)) + g / (v.sqrt() + c.epsilon);
    p = p - c.learning_rate * velocity;
  });
}

TEST(Optimizer, SgdIsPyTorchs) {
  const OptimizerConfig c{
      .name = "sgd", .learning_rate = 0.05, .momentum = 0.9, .weight_decay = 0.01, .warmup = {}, .decay_start = {}};
  std::map<std::size_t, Tensor> velocity;
  expect_formula(c, [&](Tensor& p, const Tensor& g, std::size_t i, int) {
    velocity[i] = (velocity[i].defined() ? c.momentum * velocity[i] : torch::zeros_like(g)) + g;
    p = p - c.learning_rate * velocity[i];
  });
}

TEST(Optimizer, AverageIsTheClosedForm) {
  const models::Network n = network(), average = network();
  constexpr double kDecay = 0.8;
  Optimizer optimizer({.name = "sgd", .warmup = {}, .decay_start = {}}, n, &average);
  const auto parameters = n.parameters();
  std::vector<Tensor> history{parameters[0].tensor.detach().clone()};
  for (int step = 1; step <= 6; ++step) {
    set_gradients(n, step);
    n.state()[4].tensor.fill_(step);  // a running mean
    optimizer.step({.learning_rate = 0.1, .ema = kDecay}, false);
    history.push_back(parameters[0].tensor.detach().clone());
  }
  // decay^6 p0 + (1 - decay) sum decay^(6 - k) p_k
  Tensor expected = std::pow(kDecay, 6) * history[0];
  for (int k = 1; k <= 6; ++k)
    expected = expected + (1 - kDecay) * std::pow(kDecay, 6 - k) * history[static_cast<std::size_t>(k)];
  EXPECT_LT(distance(average.parameters()[0].tensor, expected), kTolerance);
  EXPECT_EQ(n.state()[4].name, "batch_norm_1.running_mean");
  EXPECT_TRUE(test::same(average.state()[4].tensor, n.state()[4].tensor)) << "buffers are copies";
}

TEST(Optimizer, ClipsTheGlobalNorm) {
  OptimizerConfig c{.name = "sgd", .clip_norm = 0.5, .warmup = {}, .decay_start = {}};
  const models::Network n = network();
  Optimizer optimizer(c, n, nullptr);
  const auto parameters = n.parameters();
  double squares = 0;
  std::vector<Tensor> before;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    squares += gradient(parameters[i].tensor, i, 1).square().sum().item<double>();
    before.push_back(parameters[i].tensor.detach().clone());
  }
  set_gradients(n, 1);
  EXPECT_NEAR(optimizer.step({.learning_rate = 1}, false), std::sqrt(squares), 1e-4) << "the norm before clipping";
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_LT(
        distance(before[i] - parameters[i].tensor, gradient(parameters[i].tensor, i, 1) * 0.5 / std::sqrt(squares)),
        1e-4);
  }
}

TEST(LimitNorm, ScalesAsClippingDoes) {
  const std::vector<Tensor> large{torch::full({4}, 3.0f), Tensor(), torch::full({3}, -4.0f)};
  const double norm = std::sqrt(4 * 9 + 3 * 16);
  limit_norm(large, 2);
  EXPECT_NEAR(large[0][0].item<double>(), 3 * 2 / norm, 1e-5);
  EXPECT_NEAR(large[2][0].item<double>(), -4 * 2 / norm, 1e-5);
  const std::vector<Tensor> small{torch::full({4}, 0.5f)};
  limit_norm(small, 2);
  EXPECT_EQ(small[0][0].item<double>(), 0.5) << "below the limit nothing changes";
}

TEST(Optimizer, MeasuresOnlyWhenAskedAndDropsGradients) {
  const models::Network n = network();
  Optimizer optimizer({.name = "sgd", .warmup = {}, .decay_start = {}}, n, nullptr);
  set_gradients(n, 1);
  EXPECT_EQ(optimizer.step({.learning_rate = 0.1}, false), 0);
  for (const auto& p : n.parameters()) EXPECT_FALSE(p.tensor.grad().defined());
  set_gradients(n, 2);
  EXPECT_GT(optimizer.step({.learning_rate = 0.1}, true), 0);
}

TEST(Optimizer, StateGoesOnExactly) {
  for (const auto kind : {"adam", "rmsprop", "sgd"}) {
    const OptimizerConfig c{.name = kind, .learning_rate = 0.01, .momentum = 0.9, .warmup = {}, .decay_start = {}};
    models::Network a = network(), b = network(2);
    Optimizer first(c, a, nullptr), second(c, b, nullptr);
    for (int step = 1; step <= 3; ++step) set_gradients(a, step), first.step({.learning_rate = 0.01}, false);
    checkpoint::SafetensorsFile file;
    first.append_state(file.tensors, "optimizer.g");
    b.copy_from(a);
    second.load_state(file, "optimizer.g", "here");
    for (const auto* each : {&a, &b}) set_gradients(*each, 4);
    first.step({.learning_rate = 0.01}, false), second.step({.learning_rate = 0.01}, false);
    for (std::size_t i = 0; i < a.parameters().size(); ++i)
      EXPECT_TRUE(test::same(a.parameters()[i].tensor, b.parameters()[i].tensor));
    file.tensors.pop_back();
    EXPECT_THAT(test::error_of([&] { second.load_state(file, "optimizer.g", "here"); }),
                ::testing::HasSubstr("dense_2.weight"));
  }
}

TEST(Schedule, FactorsAreTheClosedForms) {
  OptimizerConfig c{.schedule = ScheduleKind::kLinear, .final_factor = 0.2, .warmup = {}, .decay_start = {}};
  const auto factor = [&](double step) { return schedule_factor(c, step, 100, 10, 50); };
  EXPECT_NEAR(factor(0), 1.0 / 11, 1e-12);
  EXPECT_NEAR(factor(9), 10.0 / 11, 1e-12);
  EXPECT_EQ(factor(10), 1);
  EXPECT_EQ(factor(50), 1);
  EXPECT_NEAR(factor(75), 0.6, 1e-12);
  EXPECT_NEAR(factor(100), 0.2, 1e-12);
  EXPECT_NEAR(factor(1000), 0.2, 1e-12);
  c.schedule = ScheduleKind::kCosine;
  EXPECT_NEAR(factor(75), 0.6, 1e-12);
  EXPECT_NEAR(factor(62.5), 0.2 + 0.8 * 0.5 * (1 + std::sqrt(0.5)), 1e-12);
  c.schedule = ScheduleKind::kConstant;
  EXPECT_EQ(factor(99), 1);
  EXPECT_EQ(schedule_factor(c, 0, 100, 0, 0), 1);
}

}  // namespace
}  // namespace ganymede::train
