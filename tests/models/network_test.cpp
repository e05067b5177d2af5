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
    single.back()->allocate();
    for (std::size_t i = 0; i < entry.layer->parameters().size(); ++i) {
      single.back()->parameters()[i].tensor.copy_(entry.layer->parameters()[i].tensor);
    }
    shape = entry.output;
  }
  const Tensor x = test::normal({6, 10}, 1, at::kFloat);
  for (const bool training : {true, false}) {
    nn::ForwardContext fused{.training = training, .dropout_seed = 11}, alone = fused;
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
  nn::ForwardContext context;
  EXPECT_EQ(network.forward(torch::zeros({2, 10}), context).sizes().vec(), (std::vector<std::int64_t>{2, 5, 6, 6}));
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
  EXPECT_THAT(text, HasSubstr("line 8 of test.toml in [generator] layer 3: layer 'conv_1' does not fit"));
  EXPECT_THAT(error("{ reshape = [10, 1, 1] }, { conv_transpose = 65536, kernel = 64 }"),
              HasSubstr("weight of 2,684,354,560 numbers is too large"));
  const std::string larger = "{ conv_transpose = 1, kernel = 64, stride = 64, padding = \"same\" }";
  EXPECT_THAT(error("{ reshape = [10, 1, 1] }, " + larger + ", " + larger + ", " + larger),
              HasSubstr("its output 1x262144x262144"));
  EXPECT_THAT(error("{ dense = 12 }, \"blur\""), HasSubstr("unknown layer 'blur'"));
}

TEST(Network, AnOutlineHasShapesAndCountsWithoutTensors) {
  const auto config =
      network_of(std::string(kMixed) + ", { residual = [{ conv = 5, padding = 1, spectral_norm = true }] }");
  const Network outline = Network::outline(config, {10}), network(config, {10});
  EXPECT_EQ(outline.output_shape(), network.output_shape());
  EXPECT_EQ(outline.classes(), network.classes());
  const auto named = outline.state(), real = network.state();
  ASSERT_EQ(named.size(), real.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    EXPECT_EQ(named[i].name, real[i].name);
    EXPECT_FALSE(named[i].tensor.defined()) << named[i].name;
    EXPECT_TRUE(real[i].tensor.defined()) << real[i].name;
  }
  outline.for_each_layer([](const std::string& name, nn::Layer& layer) {
    for (const auto& p : layer.parameters()) EXPECT_GT(p.count(), 0) << name;
  });
  network.for_each_layer([](const std::string& name, nn::Layer& layer) {
    for (const auto& p : layer.parameters()) EXPECT_EQ(p.tensor.sizes().vec(), p.shape) << name;
    for (const auto& b : layer.buffers()) EXPECT_EQ(b.tensor.sizes().vec(), b.shape) << name;
  });
}

TEST(Network, ItsLayersAreWrittenWithEveryOption) {
  const auto layers =
      network_of("{ conv = 4 }, \"batch_norm\", { residual = [\"relu\", { conv = 3, padding = 1 }] }").layers;
  EXPECT_EQ(layers[0].to_toml(),
            "{ conv = 4, bias = true, groups = 1, init_scale = 1.0, kernel = 3, padding = 0, spectral_norm = false, "
            "stride = 1 }");
  EXPECT_EQ(layers[1].to_toml(), "{ batch_norm = true, epsilon = 1e-05, torch_momentum = 0.1 }");
  const std::string text =
      "{ residual = [{ relu = true }, { conv = 3, bias = true, groups = 1, init_scale = 1.0, kernel = 3, padding = 1, "
      "spectral_norm = false, stride = 1 }], shortcut = [] }";
  EXPECT_EQ(layers[2].to_toml(), text);
  EXPECT_EQ(network_of(text).layers[0].to_toml(), text);
}

TEST(Network, NamedBlocksGiveTheSameNamesAndWeights) {
  const auto recipe = [](const std::string& blocks, const std::string& layers) {
    return config::parse_recipe(
        blocks + "[data]\nname = \"shapes\"\n[generator]\ninit = \"he_normal\"\nlayers = [" + layers +
            "]\n[discriminator]\nlayers = [\"relu\"]\n[objective]\nname = \"gan\"\n[train]\nsteps = 1\n",
        "test", "my.toml");
  };
  const std::string block = "{ residual = [{ conv = 4, padding = 1 }, \"relu\"] }, { conv = 4, kernel = 1 }";
  const auto written_out = recipe("", "{ reshape = [4, 3, 3] }, " + block + ", " + block + ", " + block);
  const auto used = recipe(
      "[blocks.b]\nwidth = 7\nlayers = [{ residual = [{ conv = \"$width\", padding = 1 }, \"relu\"] }, "
      "{ conv = \"$width\", kernel = 1 }]\n",
      "{ reshape = [4, 3, 3] }, { use = \"b\", width = 4 }, { use = \"b\", width = 4, times = 2 }");
  Network plain(written_out.generator, {36}), blocks(used.generator, {36});
  initialise(plain, written_out.generator, 3, "generator");
  initialise(blocks, used.generator, 3, "generator");
  const auto expected = plain.state(), found = blocks.state();
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(found[i].name, expected[i].name);
    EXPECT_TRUE(found[i].tensor.equal(expected[i].tensor)) << found[i].name;
  }
  EXPECT_EQ(found[4].name, "residual_2.branch.conv_1.weight");
  EXPECT_EQ(config::to_toml(used), config::to_toml(written_out));
}

TEST(Network, NamesTheLineOfALayerInABlock) {
  const std::string problem = error_of([] {
    const auto recipe = config::parse_recipe(
        "[blocks]\nb = [\n\"relu\",\n{ conv = 3, kernl = 3 }]\n[data]\nname = \"shapes\"\n[generator]\nlayers = [\n"
        "{ use = \"b\" }]\n[discriminator]\nlayers = [\"relu\"]\n[objective]\nname = \"gan\"\n[train]\nsteps = 1\n",
        "test", "my.toml");
    Network network(recipe.generator, {3, 8, 8});
  });
  EXPECT_EQ(problem,
            "line 4 of my.toml in [generator] layer 1, block 'b' used on line 9: unknown key 'kernl'; "
            "did you mean 'kernel'?");
}

TEST(Network, SaysWhichLayerOfABlockDoesNotFit) {
  const std::string text = error_of(
      [] { Network network(network_of("{ dense = 12 },\n{ residual = [\n\"relu\",\n{ conv = 3 }] }"), {10}); });
  EXPECT_THAT(text, HasSubstr("layer 'residual_1.branch.conv_1' does not fit: conv needs an image but got 12"));
  EXPECT_THAT(text,
              HasSubstr("line 9 of test.toml in [generator] layer 2: layer 'residual_1.branch.conv_1' does not fit"));
}

}  // namespace
}  // namespace ganymede::models
