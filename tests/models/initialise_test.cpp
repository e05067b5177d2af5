#include "ganymede/models/initialise.h"

#include <cmath>

#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::network_of;
using test::same;

constexpr std::int64_t kIn = 300, kOut = 400;

Network started(const std::string& layers, const std::string& init, const nn::Shape& input, std::uint64_t seed = 1,
                const std::string& name = "generator") {
  const auto config = network_of(layers, {"generator.init=" + init});
  Network network(config, input);
  initialise(network, config, seed, name);
  return network;
}

Tensor tensor_of(const Network& network, const std::string& name) {
  for (const auto& named : network.state()) {
    if (named.name == name) return named.tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  return {};
}

struct Moments {
  double mean, variance, largest;
};
Moments moments(const Tensor& tensor) {
  const Tensor x = tensor.to(at::kDouble);
  return {x.mean().item<double>(), x.var(false).item<double>(), x.abs().max().item<double>()};
}

/// A weight of `count` values with this variance: its sample variance is within five standard errors (normal's, the
/// wider of the two), a uniform's bound is kept and nearly reached, a normal's exceeded.
void expect_spread(const Tensor& weight, double variance, bool uniform) {
  const auto m = moments(weight);
  const double n = static_cast<double>(weight.numel());
  EXPECT_NEAR(m.mean, 0, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(m.variance / variance, 1, 5 * std::sqrt(2 / n));
  const double bound = std::sqrt(3 * variance);
  if (uniform) {
    EXPECT_LE(m.largest, bound * 1.000001);
    EXPECT_GT(m.largest, bound * 0.999);
  } else {
    EXPECT_GT(m.largest, bound * 1.5);
  }
}

TEST(Initialise, VariancesAreThePapers) {
  const auto weight = [](const char* init) {
    return tensor_of(started("{ dense = 400 }", init, {kIn}), "dense_1.weight");
  };
  expect_spread(weight("glorot_uniform"), 2.0 / (kIn + kOut), true);
  expect_spread(weight("glorot_normal"), 2.0 / (kIn + kOut), false);
  expect_spread(weight("he_uniform"), 2.0 / kIn, true);
  expect_spread(weight("he_normal"), 2.0 / kIn, false);
  expect_spread(weight("normal"), 0.02 * 0.02, false);
  expect_spread(weight("torch"), 1.0 / (3 * kIn), true);
}

TEST(Initialise, ConvolutionsCountTheirKernel) {
  const auto conv = started("{ conv = 64, kernel = 5, padding = \"same\" }", "he_normal", {32, 8, 8});
  expect_spread(tensor_of(conv, "conv_1.weight"), 2.0 / (32 * 25), false);
  const auto transposed =
      started("{ conv_transpose = 64, kernel = 5, padding = \"same\" }", "glorot_uniform", {32, 8, 8});
  expect_spread(tensor_of(transposed, "conv_transpose_1.weight"), 2.0 / ((32 + 64) * 25), true);
}

TEST(Initialise, OrthogonalIsOrthogonal) {
  for (const char* layers : {"{ dense = 400 }", "{ dense = 200 }"}) {
    const Tensor w = tensor_of(started(layers, "orthogonal", {kIn}), "dense_1.weight");
    const Tensor gram = w.size(0) < w.size(1) ? at::mm(w, w.t()) : at::mm(w.t(), w);
    EXPECT_LT((gram - torch::eye(gram.size(0))).abs().max().item<double>(), 1e-5) << layers;
  }
}

TEST(Initialise, BiasesAndNormsStartPlain) {
  const char* layers = "{ dense = 400 }, \"batch_norm\", \"relu\"";
  const auto network = started(layers, "he_normal", {kIn});
  EXPECT_EQ(moments(tensor_of(network, "dense_1.bias")).largest, 0);
  EXPECT_TRUE(same(tensor_of(network, "batch_norm_1.weight"), torch::ones({400})));
  EXPECT_TRUE(same(tensor_of(network, "batch_norm_1.bias"), torch::zeros({400})));
  expect_spread(tensor_of(started(layers, "torch", {kIn}), "dense_1.bias"), 1.0 / (3 * kIn), true);
}

TEST(Initialise, ALayersOwnComesFirst) {
  const auto network = started("{ dense = 400, init = \"orthogonal\" }, { dense = 400 }", "normal", {kIn});
  EXPECT_NEAR(tensor_of(network, "dense_1.weight").norm().item<double>(), std::sqrt(300.0), 0.01);
  expect_spread(tensor_of(network, "dense_2.weight"), 0.02 * 0.02, false);
}

TEST(Initialise, ZeroAndScaledStarts) {
  const auto plain = started("{ dense = 400 }", "he_normal", {kIn}),
             scaled = started("{ dense = 400, init_scale = 0.5 }", "he_normal", {kIn}),
             zero = started("{ dense = 400, init = \"zero\" }", "he_normal", {kIn});
  EXPECT_TRUE(same(tensor_of(scaled, "dense_1.weight"), tensor_of(plain, "dense_1.weight") * 0.5));
  EXPECT_EQ(moments(tensor_of(zero, "dense_1.weight")).largest, 0);
}

TEST(Initialise, ReachesTheLayersInsideABlock) {
  const auto network = started(
      "{ reshape = [3, 10, 10] }, { residual = [\"batch_norm\", { conv = 64, padding = 1 }], shortcut = "
      "[{ conv = 64, kernel = 1 }] }",
      "he_normal", {kIn});
  expect_spread(tensor_of(network, "residual_1.branch.conv_1.weight"), 2.0 / 27, false);
  expect_spread(tensor_of(network, "residual_1.shortcut.conv_1.weight"), 2.0 / 3, false);
  EXPECT_TRUE(same(tensor_of(network, "residual_1.branch.batch_norm_1.weight"), torch::ones({3})));
}

TEST(Initialise, EmbeddingsAreStandardNormal) {
  const auto weight = [](const char* layers) {
    return tensor_of(started(layers, "normal", {kIn}), "label_embedding_1.weight");
  };
  expect_spread(weight("{ label_embedding = 400, classes = 100 }"), 1, false);
  expect_spread(weight("{ label_embedding = 400, classes = 100, init = \"normal\" }"), 0.02 * 0.02, false);
  const auto norm = started("{ conditional_batch_norm = true, classes = 3 }", "normal", {kIn});
  EXPECT_TRUE(same(tensor_of(norm, "conditional_batch_norm_1.weight"), torch::ones({3, kIn})));
  EXPECT_TRUE(same(tensor_of(norm, "conditional_batch_norm_1.bias"), torch::zeros({3, kIn})));
}

TEST(Initialise, EveryTensorHasItsOwnStream) {
  const auto network = started("{ dense = 50 }, { dense = 50 }", "normal", {50});
  const Tensor first = tensor_of(network, "dense_1.weight");
  EXPECT_TRUE(same(first, tensor_of(started("{ dense = 50 }, { dense = 50 }", "normal", {50}), "dense_1.weight")));
  EXPECT_FALSE(same(first, tensor_of(network, "dense_2.weight")));
  EXPECT_FALSE(same(first, tensor_of(started("{ dense = 50 }", "normal", {50}, 2), "dense_1.weight")))
      << "another seed";
  EXPECT_FALSE(same(first, tensor_of(started("{ dense = 50 }", "normal", {50}, 1, "discriminator"), "dense_1.weight")));
  const auto more = started(
      "{ dense = 50 }, \"batch_norm\", \"relu\", { reshape = [2, 5, 5] }, { conv = 2, padding = 1 }, \"flatten\", { "
      "dense = 50 }",
      "normal", {50});
  EXPECT_TRUE(same(first, tensor_of(more, "dense_1.weight")));
  EXPECT_TRUE(same(tensor_of(network, "dense_2.weight"), tensor_of(more, "dense_2.weight")))
      << "layers between change nothing";
}

}  // namespace
}  // namespace ganymede::models
