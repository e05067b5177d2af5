// A graph computes what the network computes outside training, for every kind of layer: here through TorchScript, whose
// interpreter is at hand. tests/parity/test_exchange.py compares ONNX Runtime with it.
#include <torch/script.h>

#include <set>

#include "ganymede/exchange/torchscript.h"
#include "ganymede/nn/sequence.h"
#include "nn/made_layer.h"

namespace ganymede::exchange {
namespace {

using test::normal;

struct Case {
  const char* layers;
  nn::Shape input;
};

const std::vector<Case>& cases() {
  const nn::Shape image{8, 6, 4}, flat{8};
  static const std::vector<Case> all{
      {"{ dense = 5 }, \"tanh\", { dense = 3, bias = false, spectral_norm = true }", flat},
      {"\"relu\"", image},
      {"{ leaky_relu = 0.2 }", image},
      {"\"sigmoid\"", flat},
      {"{ conv = 5, kernel = 3, stride = 2, padding = 1, spectral_norm = true }", image},
      {"{ conv = 5, kernel = 4, stride = 2, padding = \"same\" }", image},
      {"{ conv = 5, kernel = 3, stride = 2, padding = \"same\", bias = false }", image},
      {"{ conv = 4, groups = 2, kernel = 3, padding = 1 }", image},
      {"{ conv = 8, groups = 8, kernel = 4, stride = 2, padding = \"same\" }", image},
      {"{ conv_transpose = 5, kernel = 4, stride = 2, padding = 1 }", image},
      {"{ conv_transpose = 5, kernel = 3, stride = 2, padding = \"same\" }", image},
      {"{ conv_transpose = 5, kernel = 2, stride = 3, padding = 0, output_padding = 2 }", image},
      {"{ conv_transpose = 5, kernel = 5, stride = 1, padding = \"same\", bias = false }", image},
      {"{ conv_transpose = 5, kernel = 5, stride = 2, padding = 2, output_padding = 1, spectral_norm = true }", image},
      {"\"batch_norm\", \"relu\", { dropout = 0.5 }", image},
      {"{ batch_norm = true, epsilon = 1e-3 }, { leaky_relu = 0.1 }", flat},
      {"{ conditional_batch_norm = true, classes = 3 }", image},
      {"{ conditional_batch_norm = true, classes = 3 }", flat},
      {"\"instance_norm\"", image},
      {"{ instance_norm = true, affine = false }", image},
      {"\"pixel_norm\"", image},
      {"\"pixel_norm\"", flat},
      {"{ reshape = [2, 2, 2] }, \"flatten\", { reshape = [4, 2, 1] }", flat},
      {"{ residual = [\"relu\", { conv = 8, padding = 1 }] }", image},
      {"{ residual = [{ conv = 4, padding = 1 }, { upsample = 2 }], shortcut = [{ upsample = 2 }, { conv = 4, kernel = "
       "1 "
       "}] }",
       image},
      {"{ upsample = 3 }", image},
      {"{ upsample = 2, mode = \"bilinear\" }", image},
      {"{ upsample = 2, mode = \"filtered\" }", image},
      {"{ avg_pool = 2 }", image},
      {"{ avg_pool = 2, mode = \"filtered\" }", image},
      {"{ global_pool = \"sum\" }", image},
      {"{ global_pool = \"mean\" }", image},
      {"{ minibatch_stddev = 4, channels = 2 }", image},
      {"\"self_attention\"", image},
      {"{ label_embedding = 4, classes = 3 }", flat},
      {"{ projection = true, classes = 3, spectral_norm = true }", flat},
      {"{ projection = true, classes = 3, bias = false }", flat},
  };
  return all;
}

/// Layers of the case with random tensors, as a training leaves them: variances above 0, singular vectors found.
nn::Sequence made(const Case& c) {
  nn::Sequence layers(test::network_of(c.layers).layers, c.input);
  layers.allocate();
  torch::NoGradGuard constant;
  std::uint64_t seed = 1;
  layers.for_each_layer([&](const std::string&, nn::Layer& layer) {
    for (auto& p : layer.parameters()) p.tensor.copy_(normal(p.tensor.sizes(), seed++));
    for (auto& b : layer.buffers()) {
      const Tensor values = normal(b.tensor.sizes(), seed++);
      b.tensor.copy_(b.name == "running_var" ? values.square() + 0.5 : values / values.norm());
    }
  });
  return layers;
}

Tensor batch(const nn::Shape& shape, std::int64_t count) {
  std::vector<std::int64_t> sizes{count};
  sizes.insert(sizes.end(), shape.dims().begin(), shape.dims().end());
  return normal(sizes, 99, at::kFloat);
}

torch::jit::Module module_of(const nn::Graph& graph) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "graph.pt";
  write_torchscript(path, graph, {{"name", "test"}});
  return torch::jit::load(path.string());
}

/// What the module makes of the batch, beside what the layers make of it.
void expect_same(const nn::Sequence& layers, nn::LabelInput labelled, std::int64_t count) {
  torch::NoGradGuard constant;
  nn::Graph graph(labelled);
  const nn::Value x = graph.input("x", nn::ValueType::kFloat, layers.input_shape().dims());
  graph.output("y", layers.to_graph(graph, x), nn::ValueType::kFloat, layers.output_shape().dims());
  auto module = module_of(graph);
  const Tensor given = batch(layers.input_shape(), count);
  nn::ForwardContext pass;
  pass.labels = labelled == nn::LabelInput::kIndex ? at::arange(count, at::kLong).remainder(3)
                                                   : normal({count, 3}, 7, at::kFloat);
  const bool image = given.dim() == 4;
  const Tensor expected =
      layers.forward(image ? given.contiguous(at::MemoryFormat::ChannelsLast) : given, pass).contiguous();
  std::vector<c10::IValue> arguments{given};
  if (graph.inputs().size() > 1) arguments.emplace_back(pass.labels);
  const Tensor found = module.forward(arguments).toTensor();
  ASSERT_EQ(found.sizes(), expected.sizes());
  const double scale = std::max(1.0, expected.abs().max().item<double>());
  EXPECT_LT((found - expected).abs().max().item<double>(), 1e-5 * scale);
}

TEST(Graph, ComputesWhatEachLayerComputes) {
  for (const auto& c : cases()) {
    SCOPED_TRACE(c.layers);
    const auto layers = made(c);
    for (const std::int64_t count : {1, 3, 10}) expect_same(layers, nn::LabelInput::kIndex, count);
  }
}

TEST(Graph, TakesAWeightForEachClass) {
  for (const char* layers : {"{ label_embedding = 4, classes = 3 }", "{ conditional_batch_norm = true, classes = 3 }",
                             "{ projection = true, classes = 3 }"}) {
    SCOPED_TRACE(layers);
    expect_same(made({layers, nn::Shape{8}}), nn::LabelInput::kWeights, 3);
  }
}

TEST(Graph, TheCasesHaveEveryKindOfLayer) {
  std::set<std::string> seen;
  for (const auto& c : cases()) {
    made(c).for_each_layer([&](const std::string& name, nn::Layer&) {
      const std::string last = name.substr(name.rfind('.') + 1);
      seen.insert(last.substr(0, last.rfind('_')));
    });
  }
  for (const auto& kind : nn::layers().names()) EXPECT_TRUE(seen.count(kind)) << kind;
}

}  // namespace
}  // namespace ganymede::exchange
