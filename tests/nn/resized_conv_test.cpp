// A convolution and the layer beside it that changes the image's size, done in one: against LibTorch's two operations.
#include "ganymede/nn/kernels/fixed_weights.h"
#include "ganymede/nn/sequence.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::network_of;
using test::normal;
using test::Tensors;

struct Case {
  int kernel = 3, factor = 2, groups = 1;
  std::string padding = "1";
  bool bias = true, spectral = false;
  bool merges = true;
};

/// How GoogleTest shows one.
void PrintTo(const Case& c, std::ostream* out) {
  *out << "kernel " << c.kernel << ", factor " << c.factor << ", padding " << c.padding << ", groups " << c.groups
       << (c.bias ? "" : ", no bias") << (c.spectral ? ", spectral norm" : "");
}

std::string conv_text(const Case& c) {
  return fmt::format("{{ conv = 6, kernel = {}, padding = {}, groups = {}, bias = {}, spectral_norm = {} }}", c.kernel,
                     c.padding, c.groups, c.bias, c.spectral);
}

/// The zeros on the left and on the right of each row and column: "same" puts the odd one behind.
std::pair<int, int> zeros(const Case& c) {
  if (c.padding != "\"same\"") return {std::stoi(c.padding), std::stoi(c.padding)};
  return {(c.kernel - 1) / 2, c.kernel / 2};
}

Tensor plain_conv(const Case& c, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto [begin, end] = zeros(c);
  return at::conv2d(at::constant_pad_nd(x, {begin, end, begin, end}), weight, bias, {1, 1}, at::IntArrayRef{0, 0},
                    {1, 1}, c.groups);
}

class Layers {
 public:
  Layers(const std::string& text, const Shape& input, at::ScalarType type) : sequence_(network_of(text).layers, input) {
    sequence_.allocate();
    std::uint64_t seed = 1;
    sequence_.for_each_layer([&](const std::string&, Layer& layer) {
      for (auto& parameter : layer.parameters()) {
        parameter.tensor = normal(parameter.tensor.sizes(), seed++).to(type);
        slots_.push_back(&parameter.tensor);
      }
      for (auto& buffer : layer.buffers()) buffer.tensor = buffer.tensor.to(type);
    });
  }
  const Sequence& sequence() const { return sequence_; }
  Tensors parameters() const {
    Tensors out;
    for (const Tensor* slot : slots_) out.push_back(*slot);
    return out;
  }
  /// With these values of the image and of the parameters.
  Tensor operator()(const Tensors& values) {
    for (std::size_t i = 0; i < slots_.size(); ++i) *slots_[i] = values[i + 1];
    ForwardContext context;
    return sequence_.forward(values[0], context);
  }

 private:
  Sequence sequence_;
  std::vector<Tensor*> slots_;
};

class ResizedConv : public testing::TestWithParam<Case> {
 protected:
  /// The image and the parameters of `layers`, of this type.
  static Tensors values(const Layers& layers, const Shape& input, at::ScalarType type) {
    Tensors out{normal({3, input.channels(), input.height(), input.width()}, 9)
                    .to(type)
                    .contiguous(at::MemoryFormat::ChannelsLast)};
    for (const Tensor& parameter : layers.parameters()) out.push_back(parameter);
    return out;
  }
  static Tensor bias_of(const Tensors& values) { return values.size() > 2 ? values[2] : Tensor(); }

  static void check(const std::string& text, const Shape& input, const test::Formula& plain, bool merges) {
    Layers layers(text, input, at::kDouble);
    const auto& entries = layers.sequence().entries();
    EXPECT_EQ(entries[1].absorbed, merges);
    const auto made = [&](const Tensors& at_point) { return layers(at_point); };
    const Tensors wide = values(layers, input, at::kDouble);
    test::expect_agreement(made, plain, wide, 1e-12);
    test::expect_second_derivatives([&](const Tensors& at_point) { return made(at_point).square(); }, wide);
    Layers narrow(text, input, at::kFloat);
    const Tensors of_floats = values(narrow, input, at::kFloat);
    test::expect_agreement([&](const Tensors& at_point) { return narrow(at_point); }, plain, of_floats, wide, 2e-6);
    if (!merges) return;
    // bf16 images beside f32 parameters, as networks have them.
    Tensors mixed = of_floats;
    mixed[0] = mixed[0].to(at::kBFloat16);
    Tensors rounded = wide;
    rounded[0] = mixed[0].to(at::kDouble);
    test::expect_agreement([&](const Tensors& at_point) { return narrow(at_point); }, plain, mixed, rounded, 2e-2);
  }
};

TEST_P(ResizedConv, BeforeTheMeanOfSquares) {
  const Case c = GetParam();
  const auto [begin, end] = zeros(c);
  const std::int64_t lost = c.kernel - 1 - begin - end;  // so that squares divide what is left
  const Shape input{4, 4 * c.factor + lost, 3 * c.factor + lost};
  check(
      conv_text(c) + fmt::format(", {{ avg_pool = {} }}", c.factor), input,
      [&](const Tensors& v) { return at::avg_pool2d(plain_conv(c, v[0], v[1], bias_of(v)), {c.factor, c.factor}); },
      c.merges);
}

TEST_P(ResizedConv, BehindCopiesOfEachPixel) {
  const Case c = GetParam();
  const bool merges = c.merges && (c.groups == 1 || c.kernel == 1);
  const auto plain = [&](const Tensors& v) {
    const Tensor large = v[0].repeat_interleave(c.factor, 2).repeat_interleave(c.factor, 3);
    return plain_conv(c, large, v[1], bias_of(v));
  };
  check(fmt::format("{{ upsample = {} }}, ", c.factor) + conv_text(c), {4, 4, 3}, plain, merges);
}

INSTANTIATE_TEST_SUITE_P(Cases, ResizedConv,
                         testing::Values(Case{}, Case{.padding = "0"}, Case{.padding = "2"}, Case{.bias = false},
                                         Case{.padding = "\"same\""}, Case{.kernel = 2, .padding = "\"same\""},
                                         Case{.kernel = 5, .padding = "2"}, Case{.factor = 3}, Case{.factor = 4},
                                         Case{.kernel = 1, .padding = "0"},
                                         Case{.kernel = 1, .factor = 8, .padding = "0"},
                                         Case{.kernel = 1, .groups = 2, .padding = "0"}, Case{.groups = 2},
                                         Case{.factor = 5, .merges = false},
                                         Case{.kernel = 1, .padding = "1", .merges = false}));

bool second_is_absorbed(const std::string& text) {
  return Sequence(network_of(text).layers, Shape{4, 8, 8}).entries()[1].absorbed;
}

TEST(ResizedConvLayers, WhatIsNotOneStaysTwo) {
  EXPECT_TRUE(second_is_absorbed("{ conv = 6, padding = 1 }, { avg_pool = 2 }"));
  EXPECT_TRUE(second_is_absorbed("{ upsample = 2 }, { conv = 6, padding = 1 }"));
  for (const char* text :
       {"{ conv = 6, padding = 1, stride = 2 }, { avg_pool = 2 }", "{ upsample = 2 }, { conv = 6, stride = 2 }",
        "{ conv = 6, padding = 1 }, { avg_pool = 2, mode = \"filtered\" }",
        "{ upsample = 2, mode = \"bilinear\" }, { conv = 6 }", "{ upsample = 2, mode = \"filtered\" }, { conv = 6 }",
        "{ upsample = 2 }, { conv = 6, groups = 2 }", "{ upsample = 2 }, { conv = 6, padding = 3 }",
        "{ conv = 6, kernel = 9, padding = 4 }, { avg_pool = 2 }", "{ upsample = 2 }, { conv_transpose = 6 }",
        "{ avg_pool = 2 }, { conv = 6 }"})
    EXPECT_FALSE(second_is_absorbed(text)) << text;
  // A convolution has one of them.
  const Sequence both(network_of("{ upsample = 2 }, { conv = 6, padding = 1 }, { avg_pool = 2 }").layers,
                      Shape{4, 8, 8});
  EXPECT_TRUE(both.entries()[1].absorbed);
  EXPECT_FALSE(both.entries()[2].absorbed);
}

TEST(ResizedConvLayers, SpectralNormComesFirst) {
  // The weight is divided by its own singular value, not by that of the merged one; and a pass moves the iteration
  // once.
  const Case c{.spectral = true};
  const Shape input{4, 8, 8};
  const test::MadeLayer conv(conv_text(c), input);
  Layers pooled(conv_text(c) + ", { avg_pool = 2 }", input, at::kFloat);
  torch::NoGradGuard constant;
  auto& parameters = pooled.sequence().entries()[0].layer->parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].tensor.copy_(conv.layer->parameters()[i].tensor);
  const Tensor x = conv.batch(2);
  for (int pass = 0; pass < 3; ++pass) {
    const Tensor expected = at::avg_pool2d(conv(x, /*training=*/true), {2, 2});
    ForwardContext context{.training = true};
    EXPECT_LT(distance(pooled.sequence().forward(x, context), expected), 2e-6) << pass;
  }
}

TEST(ResizedConvLayers, FixedWeightsGiveTheSameBytes) {
  for (const std::string text : {"{ conv = 6, padding = 1, spectral_norm = true }, { avg_pool = 2 }",
                                 "{ upsample = 2 }, { conv = 6, padding = 1 }"}) {
    Layers layers(text, Shape{4, 8, 8}, at::kFloat);
    torch::NoGradGuard constant;
    const Tensor x = normal({2, 4, 8, 8}, 3).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    kernels::FixedWeights fixed;
    ForwardContext plain, kept{.fixed = &fixed};
    const Tensor expected = layers.sequence().forward(x, plain);
    for (int pass = 0; pass < 2; ++pass)
      EXPECT_TRUE(test::same(layers.sequence().forward(x, kept), expected)) << text << ", " << pass;
  }
}

TEST(ResizedConvLayers, ShareOfProducts) {
  const auto share = [](const std::string& text, std::size_t entry) {
    return Sequence(network_of(text).layers, Shape{4, 8, 8}).entries()[entry].layer->share_of_products();
  };
  EXPECT_DOUBLE_EQ(share("{ conv = 6, padding = 1 }, \"relu\"", 0), 1);
  EXPECT_DOUBLE_EQ(share("{ conv = 6, padding = 1 }, { avg_pool = 2 }", 0), 16.0 / 36);
  EXPECT_DOUBLE_EQ(share("{ upsample = 2 }, { conv = 6, padding = 1 }", 1), 16.0 / 36);
  EXPECT_DOUBLE_EQ(share("{ conv = 6, kernel = 1 }, { avg_pool = 2 }", 0), 0.25);
  EXPECT_DOUBLE_EQ(share("{ upsample = 4 }, { conv = 6, kernel = 1 }", 1), 1.0 / 16);
}

}  // namespace
}  // namespace ganymede::nn
