#include "ganymede/models/network.h"

#include "ganymede/models/initialise.h"
#include "ganymede/nn/registry.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::distance;
using test::error_of;
using test::network_of;
using test::same;
using ::testing::HasSubstr;

constexpr const char* kMixed =
    "{ dense = 72, bias = false }, \"batch_norm\", \"relu\", { dropout = 0.2 }, { reshape = [8, 3, 3] }, "
    "{ conv_transpose = 6, kernel = 4, stride = 2, padding = 1 }, { batch_norm = true, keras_momentum = 0.9 }, { "
    "leaky_relu = 0.2 }, "
    "{ conv = 5, kernel = 3, padding = \"same\" }, { leaky_relu = 0.3 }, { dropout = 0.4 }, \"instance_norm\", "
    "\"tanh\"";

Network mixed() {
  const auto config = network_of(kMixed, {"generator.init=he_normal"});
  Network network(config, {10});
  initialise(network, config, 3, "generator");
  return network;
}

TEST(Network, FusedLayersComputeWhatSingleOnesDo) {
  const Network network = mixed();
  std::vector<std::string> absorbed;
  for (const auto& entry : network.entries()) {
    if (entry.absorbed) absorbed.push_back(entry.name);
  }
  EXPECT_EQ(absorbed, (std::vector<std::string>{"relu_1", "leaky_relu_1", "dropout_2"}));

  // The same layers, each on its own, with copies of the tensors.
  std::vector<std::unique_ptr<nn::Layer>> single;
  nn::Shape shape{10};
  torch::NoGradGuard constant;
  for (const auto& entry : network.entries()) {
    single.push_back(entry.spec->make(shape));
    for (std::size_t i = 0; i < entry.layer->parameters().size(); ++i) {
      single.back()->parameters()[i].tensor.copy_(entry.layer->parameters()[i].tensor);
    }
    shape = entry.output;
  }
  const Tensor x = test::normal({6, 10}, 1, at::kFloat);
  for (const bool training : {true, false}) {
    nn::Pass fused{.training = training, .dropout_seed = 11}, alone = fused;
    Tensor expected = x;
    for (const auto& layer : single) expected = layer->forward(expected, alone);
    EXPECT_LT(distance(network.forward(x, fused), expected), 1e-5) << (training ? "training" : "evaluation");
    EXPECT_EQ(fused.dropout_seed, alone.dropout_seed);
  }
}

TEST(Network, NamesLayersByKindAndNumber) {
  const Network network = mixed();
  std::vector<std::string> names;
  for (const auto& named : network.state()) names.push_back(named.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{
                "dense_1.weight", "batch_norm_1.weight", "batch_norm_1.bias", "batch_norm_1.running_mean",
                "batch_norm_1.running_var", "conv_transpose_1.weight", "conv_transpose_1.bias", "batch_norm_2.weight",
                "batch_norm_2.bias", "batch_norm_2.running_mean", "batch_norm_2.running_var", "conv_1.weight",
                "conv_1.bias", "instance_norm_1.weight", "instance_norm_1.bias"}));
}

TEST(Network, KnowsItsShapes) {
  const Network network = mixed();
  EXPECT_EQ(network.input_shape(), (nn::Shape{10}));
  EXPECT_EQ(network.output_shape(), (nn::Shape{5, 6, 6}));
  nn::Pass pass;
  EXPECT_EQ(network.forward(torch::zeros({2, 10}), pass).sizes().vec(), (std::vector<std::int64_t>{2, 5, 6, 6}));
}

TEST(Network, CopiesAndSwitchesGradients) {
  Network from = mixed(), to(network_of(kMixed), {10});
  to.copy_from(from);
  const auto a = from.state(), b = to.state();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(same(a[i].tensor, b[i].tensor)) << a[i].name;
  a[0].tensor.zero_();
  EXPECT_FALSE(same(a[0].tensor, b[0].tensor)) << "a copy shares no memory";
  for (const bool required : {true, false}) {
    to.require_gradients(required);
    for (const auto& p : to.parameters()) EXPECT_EQ(p.tensor.requires_grad(), required);
    for (const auto& named : to.state()) {
      const bool buffer = named.name.find("running") != std::string::npos;
      EXPECT_EQ(named.tensor.requires_grad(), required && !buffer) << named.name;
    }
  }
}

TEST(Network, SaysWhichLayerDoesNotFit) {
  const auto error = [](const std::string& layers) {
    return error_of([&] { Network network(network_of(layers), {10}); });
  };
  const std::string text = error("{ dense = 12 },\n\"relu\",\n{ conv = 3 }");
  EXPECT_THAT(text, HasSubstr("layer 'conv_1' does not fit"));
  EXPECT_THAT(text, HasSubstr("line 8 of test.toml in [generator] layer 3; it got 12"));
  EXPECT_THAT(error("{ reshape = [10, 1, 1] }, { conv_transpose = 65536, kernel = 64 }"),
              HasSubstr("weight of 2684354560 numbers is too large"));
  const std::string larger = "{ conv_transpose = 1, kernel = 64, stride = 64, padding = \"same\" }";
  EXPECT_THAT(error("{ reshape = [10, 1, 1] }, " + larger + ", " + larger + ", " + larger),
              HasSubstr("its output 1x262144x262144"));
  EXPECT_THAT(error("{ dense = 12 }, \"blur\""), HasSubstr("unknown layer 'blur'"));
}

TEST(Network, ResolvedWritesEveryOption) {
  const auto config = network_of("{ conv = 4 }, \"batch_norm\"");
  const Network network(config, {3, 8, 8});
  const auto full = resolved(config, network);
  EXPECT_EQ(full.layers[0].kind, "conv");
  EXPECT_EQ(full.layers[0].values.size(), 8u);
  EXPECT_EQ(full.layers[1].values.get("torch_momentum")->value<double>(), 0.1);
  EXPECT_EQ(resolved(full, Network(full, {3, 8, 8})).layers[0].values, full.layers[0].values);
}

TEST(Network, ResolvedReachesInsideBlocks) {
  const auto blocks = test::network_of("{ reshape = [3, 4, 4] }, { residual = [\"relu\", { conv = 3, padding = 1 }] }");
  const auto full = resolved(blocks, Network(blocks, {48}));
  const std::string text = config::to_inline_text(full.layers[1]);
  EXPECT_EQ(
      text,
      "{ residual = [{ relu = true }, { conv = 3, bias = true, groups = 1, init_scale = 1.0, kernel = 3, padding = 1, "
      "spectral_norm = false, stride = 1 }], shortcut = [] }");
  EXPECT_EQ(config::to_inline_text(resolved(full, Network(full, {48})).layers[1]), text);
}

TEST(Network, SaysWhichLayerOfABlockDoesNotFit) {
  const std::string text = error_of(
      [] { Network network(network_of("{ dense = 12 },\n{ residual = [\n\"relu\",\n{ conv = 3 }] }"), {10}); });
  EXPECT_THAT(text, HasSubstr("layer 'residual_1.branch.conv_1' does not fit: conv needs an image but got 12"));
  EXPECT_THAT(text, HasSubstr("line 9 of test.toml in [generator] layer 2; it got 12"));
}

}  // namespace
}  // namespace ganymede::models
