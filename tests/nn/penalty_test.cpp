// Every layer is differentiable twice: the gradient of WGAN-GP's penalty (Gulrajani et al. 2017) through a small
// network agrees with finite differences, in double, for the images and for every parameter; and in bf16 it is about
// the same.
#include "ganymede/nn/sequence.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::network_of;
using test::normal;

struct Case {
  const char* layers;  ///< between smooth layers, so that second derivatives do not vanish
  Shape input{8, 6, 6};
  bool training = true;
};

class Penalised {
 public:
  explicit Penalised(const Case& c, at::ScalarType tensors = at::kDouble, at::ScalarType images = at::kDouble)
      : training_(c.training), layers_(network_of(text_of(c)).layers, c.input) {
    layers_.allocate();
    std::uint64_t seed = 1;
    layers_.for_each_layer([&](const std::string& name, Layer& layer) {
      for (auto& p : layer.parameters()) {
        const double centre = p.role == Role::kScale ? 1 : 0;
        p.tensor = (centre + 0.4 * normal(p.tensor.sizes(), seed++)).to(tensors);
        inputs.push_back(p.tensor);
        names.push_back(name + "." + p.name);
        slots_.push_back(&p.tensor);
      }
      for (auto& b : layer.buffers()) b.tensor = b.tensor.to(tensors);
    });
    std::vector<std::int64_t> sizes{4};
    sizes.insert(sizes.end(), c.input.dims().begin(), c.input.dims().end());
    const Tensor x = normal(sizes, 99, images);
    inputs.push_back(x.dim() == 4 ? x.contiguous(at::MemoryFormat::ChannelsLast) : x);
    names.emplace_back("input");
    if (training_) return;
    torch::NoGradGuard constant;  // singular vectors and running statistics as a training leaves them
    ForwardContext context{.training = true, .dropout_seed = 3, .labels = labels()};
    for (int i = 0; i < 20; ++i) layers_.forward(inputs.back(), context);
  }

  /// mean((|gradient of the score by an image| - 1)^2) at these parameters and images.
  Tensor penalty(const std::vector<Tensor>& at_point, bool differentiable) {
    for (size_t i = 0; i < slots_.size(); ++i) *slots_[i] = at_point[i];
    ForwardContext context{.training = training_, .dropout_seed = 3, .labels = labels()};
    const Tensor x = at_point.back().detach().clone().set_requires_grad(true);
    const Tensor& leaf = at_point.back().requires_grad() ? at_point.back() : x;
    const Tensor y = layers_.forward(leaf, context);
    const Tensor score = (y * normal(y.sizes(), 77, y.scalar_type())).sum();
    const Tensor g = torch::autograd::grad({score}, {leaf}, {}, true, differentiable)[0];
    const at::ScalarType wide = g.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    return (g.to(wide).flatten(1).norm(2, {1}) - 1).square().mean();
  }

  std::vector<Tensor> inputs;
  std::vector<std::string> names;

 private:
  static Tensor labels() { return torch::tensor({2, 0, 1, 2}, at::kLong); }
  static std::string text_of(const Case& c) {
    if (c.input.is_flat()) return std::string("{ dense = 8 }, \"tanh\", ") + c.layers + ", \"tanh\", { dense = 1 }";
    return std::string("{ conv = 8, kernel = 3, padding = 1 }, \"tanh\", ") + c.layers +
           ", \"tanh\", \"flatten\", { dense = 1 }";
  }

  bool training_;
  Sequence layers_;
  std::vector<Tensor*> slots_;
};

/// The penalty's gradient by the parameters and the images, at `leaves`.
std::vector<Tensor> penalty_gradient(Penalised& network, std::vector<Tensor>& leaves) {
  for (const auto& t : network.inputs) leaves.push_back(t.detach().clone().set_requires_grad(true));
  return torch::autograd::grad({network.penalty(leaves, true)}, leaves, {}, c10::nullopt, false, true);
}

/// In bf16 as in training on a CPU with it: images in bf16, parameters in f32. All tensors' gradients as one vector.
void expect_about_the_same_in_bfloat16(const Case& c) {
  const auto together = [&](at::ScalarType images) {
    Penalised network(c, at::kFloat, images);
    std::vector<Tensor> leaves, flat;
    for (const auto& g : penalty_gradient(network, leaves)) {
      if (g.defined()) flat.push_back(g.flatten().to(at::kFloat));
    }
    return at::cat(flat);
  };
  const Tensor exact = together(at::kFloat), rounded = together(at::kBFloat16);
  EXPECT_GT(exact.norm().item<double>(), 1e-3) << "nothing to compare";
  EXPECT_LT(((rounded - exact).norm() / exact.norm()).item<double>(), 0.25);
}

void expect_penalty_gradient(const Case& c) {
  SCOPED_TRACE(c.layers);
  expect_about_the_same_in_bfloat16(c);
  Penalised network(c);
  std::vector<Tensor> leaves;
  const auto gradients = penalty_gradient(network, leaves);
  for (size_t i = 0; i < leaves.size(); ++i) {
    const Tensor direction = normal(leaves[i].sizes(), 200 + i);
    const auto moved = [&](double by) {
      std::vector<Tensor> at_point;
      for (const auto& leaf : leaves) at_point.push_back(leaf.detach());
      at_point[i] = at_point[i] + by * direction;
      return network.penalty(at_point, false).item<double>();
    };
    constexpr double h = 1e-6;  // small, so that no rectifier's input crosses zero between the two
    const double expected = (moved(h) - moved(-h)) / (2 * h);
    const double found = gradients[i].defined() ? (gradients[i] * direction).sum().item<double>() : 0.0;
    EXPECT_NEAR(found, expected, 1e-6 * std::max(1.0, std::abs(expected))) << network.names[i];
  }
}

TEST(Penalty, GoesThroughDenseAndConvolutions) {
  expect_penalty_gradient({"{ dense = 8 }", {8}});
  expect_penalty_gradient({"{ conv = 6, kernel = 3, stride = 2, padding = 1 }"});
  expect_penalty_gradient({"{ conv = 6, kernel = 4, stride = 2, padding = \"same\" }"});
  expect_penalty_gradient({"{ conv = 6, kernel = 6 }"});  // one window
  expect_penalty_gradient({"{ conv = 4, groups = 2, padding = 1 }"});
  expect_penalty_gradient({"{ conv = 4, groups = 4, kernel = 4, stride = 2, padding = \"same\" }"});
  expect_penalty_gradient({"{ conv_transpose = 6, kernel = 4, stride = 2, padding = 1 }"});
  expect_penalty_gradient({"{ conv_transpose = 6, kernel = 3, stride = 2, padding = \"same\" }"});
  expect_penalty_gradient({"{ conv = 6, padding = 1 }, { avg_pool = 2 }"});
  expect_penalty_gradient({"{ upsample = 2 }, { conv = 6, padding = 1 }"});
}

TEST(Penalty, GoesThroughSpectralNorm) {
  // In evaluation, where u and v stand still: in training the method takes them as constants although they move.
  expect_penalty_gradient({"{ dense = 8, spectral_norm = true }", {8}, false});
  expect_penalty_gradient({"{ conv = 6, padding = 1, spectral_norm = true }", {8, 6, 6}, false});
  expect_penalty_gradient({"{ conv_transpose = 6, padding = 1, spectral_norm = true }", {8, 6, 6}, false});
}

TEST(Penalty, GoesThroughActivationsAndDropout) {
  for (const char* layers : {"\"relu\"", "{ leaky_relu = 0.2 }", "\"tanh\"", "\"sigmoid\"", "{ dropout = 0.3 }",
                             "{ leaky_relu = 0.2 }, { dropout = 0.3 }", "\"relu\", { dropout = 0.3 }"}) {
    expect_penalty_gradient({layers});
    expect_penalty_gradient({layers, {8}});
  }
}

TEST(Penalty, GoesThroughNorms) {
  for (const bool training : {true, false}) {
    for (const char* layers : {"\"batch_norm\"", "\"batch_norm\", \"relu\"", "\"batch_norm\", { leaky_relu = 0.2 }",
                               "\"pixel_norm\"", "{ conditional_batch_norm = true, classes = 3 }, \"relu\""}) {
      expect_penalty_gradient({layers, {8, 6, 6}, training});
      expect_penalty_gradient({layers, {8}, training});
    }
  }
  expect_penalty_gradient({"\"instance_norm\""});
  expect_penalty_gradient({"{ instance_norm = true, affine = false }"});
}

TEST(Penalty, GoesThroughResampling) {
  for (const char* layers :
       {"{ upsample = 2 }", "{ upsample = 2, mode = \"bilinear\" }", "{ upsample = 2, mode = \"filtered\" }",
        "{ avg_pool = 2 }", "{ avg_pool = 2, mode = \"filtered\" }", "{ global_pool = \"sum\" }",
        "{ global_pool = \"mean\" }", "{ reshape = [2, 12, 12] }"}) {
    expect_penalty_gradient({layers});
  }
}

TEST(Penalty, GoesThroughAttentionAndStatistics) {
  expect_penalty_gradient({"\"self_attention\""});
  expect_penalty_gradient({"{ minibatch_stddev = 4 }"});
  expect_penalty_gradient({"{ minibatch_stddev = 3, channels = 2 }"});
}

TEST(Penalty, GoesThroughConditions) {
  expect_penalty_gradient({"{ label_embedding = 5, classes = 3 }", {8}});
  expect_penalty_gradient({"{ projection = true, classes = 3 }", {8}});
  expect_penalty_gradient({"{ projection = true, classes = 3, spectral_norm = true }", {8}, false});
}

TEST(Penalty, GoesThroughResidualBlocks) {
  expect_penalty_gradient(
      {"{ residual = [\"batch_norm\", \"relu\", { upsample = 2 }, { conv = 4, padding = 1 }, \"batch_norm\", "
       "\"relu\", { conv = 4, padding = 1 }], shortcut = [{ upsample = 2 }, { conv = 4, kernel = 1 }] }"});
  expect_penalty_gradient(
      {"{ residual = [{ conv = 8, kernel = 1 }, { leaky_relu = 0.2 }, { conv = 8, padding = 1, groups = 4 }, "
       "{ leaky_relu = 0.2 }, { conv = 8, kernel = 1, bias = false }] }"});
}

}  // namespace
}  // namespace ganymede::nn
