// Composite layers: values, names, nested messages, and that a block reads its input unchanged twice.
#include "ganymede/nn/sequence.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::network_of;
using test::same;
using ::testing::HasSubstr;

/// SNGAN's blocks (Miyato et al. 2018) with few filters.
constexpr const char* kUp =
    "{ residual = [\"batch_norm\", \"relu\", { upsample = 2 }, { conv = 6, padding = 1 }, \"batch_norm\", \"relu\", "
    "{ conv = 6, padding = 1 }], shortcut = [{ upsample = 2 }, { conv = 6, kernel = 1 }] }";
constexpr const char* kDown =
    "{ residual = [\"relu\", { conv = 6, padding = 1, spectral_norm = true }, \"relu\", { conv = 6, padding = 1, "
    "spectral_norm = true }, { avg_pool = 2 }], shortcut = [{ conv = 6, kernel = 1, spectral_norm = true }, { avg_pool "
    "= 2 }] }";
/// R3GAN's block (Huang et al. 2024): no norm, a grouped convolution in the middle, and it starts as the identity.
constexpr const char* kGrouped =
    "{ residual = [{ conv = 8, kernel = 1 }, { leaky_relu = 0.2 }, { conv = 8, padding = 1, groups = 4 }, { leaky_relu "
    "= "
    "0.2 }, { conv = 4, kernel = 1, bias = false, init = \"zero\" }] }";

/// A sequence of these layers with random tensors.
Sequence sequence_of(const std::string& layers, const Shape& input) {
  Sequence out(network_of(layers).layers, input);
  out.allocate();
  torch::NoGradGuard constant;
  std::uint64_t seed = 1;
  out.for_each_layer([&](const std::string&, Layer& layer) {
    for (auto& p : layer.parameters()) p.tensor.copy_(test::normal(p.tensor.sizes(), seed++) * 0.3);
  });
  return out;
}

std::vector<std::string> tensor_names(const Sequence& sequence) {
  std::vector<std::string> out;
  sequence.for_each_layer([&](const std::string& name, Layer& layer) {
    for (const auto& p : layer.parameters()) out.push_back(name + "." + p.name);
    for (const auto& b : layer.buffers()) out.push_back(name + "." + b.name);
  });
  return out;
}

/// The tensors of every layer of `sequence`, in order, given to `other`.
void copy_tensors(const Sequence& sequence, const std::vector<const Sequence*>& others) {
  std::vector<Tensor> values;
  sequence.for_each_layer([&](const std::string&, Layer& layer) {
    for (const auto& p : layer.parameters()) values.push_back(p.tensor);
    for (const auto& b : layer.buffers()) values.push_back(b.tensor);
  });
  size_t next = 0;
  torch::NoGradGuard constant;
  for (const auto* other : others) {
    other->for_each_layer([&](const std::string&, Layer& layer) {
      for (auto& p : layer.parameters()) p.tensor.copy_(values.at(next++));
      for (auto& b : layer.buffers()) b.tensor.copy_(values.at(next++));
    });
  }
  EXPECT_EQ(next, values.size());
}

/// The lists between the first and the last pair of brackets after `key = `.
std::string list_in(const std::string& text, const std::string& key) {
  const auto begin = text.find(key + " = [");
  if (begin == std::string::npos) return "";
  const auto from = begin + key.size() + 4;
  return text.substr(from, text.find(']', from) - from);
}

TEST(ResidualLayer, IsTheSumOfItsLists) {
  for (const char* text : {kUp, kDown, kGrouped}) {
    for (const bool training : {true, false}) {
      SCOPED_TRACE(text);
      const Shape input{4, 6, 8};
      const Sequence block = sequence_of(text, input);
      const Sequence branch = sequence_of(list_in(text, "residual"), input);
      const std::string second = list_in(text, "shortcut");
      const Sequence shortcut = second.empty() ? Sequence({}, input) : sequence_of(second, input);
      copy_tensors(block, {&branch, &shortcut});
      const Tensor x = test::normal({3, 4, 6, 8}, 7, at::kFloat).contiguous(at::MemoryFormat::ChannelsLast),
                   before = x.clone();
      ForwardContext context{.training = training};
      const Tensor y = block.forward(x, context);
      EXPECT_TRUE(same(x, before)) << "the input is read twice, so nobody may write into it";
      EXPECT_LT(distance(y, branch.forward(x, context) + shortcut.forward(x, context)), 1e-6);
      EXPECT_EQ(Shape(std::vector<std::int64_t>(y.sizes().begin() + 1, y.sizes().end())), block.output_shape());
      EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
    }
  }
}

TEST(ResidualLayer, FusesInsideButNotAcross) {
  const Sequence block = sequence_of(std::string("\"batch_norm\", ") + kDown + ", \"relu\"", {4, 6, 8});
  for (const auto& entry : block.entries()) EXPECT_FALSE(entry.absorbed) << entry.name;
  const Sequence up = sequence_of(kUp, {4, 6, 8});
  const auto parts = up.entries().at(0).layer->parts();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_TRUE(parts[0].sequence->entries().at(1).absorbed) << "the branch's own rectifier";
}

TEST(ResidualLayer, NamesItsTensorsByPart) {
  const Sequence nested = sequence_of(
      "{ conv = 4, padding = 1 }, { residual = [{ conv = 4, padding = 1, bias = false }, { residual = [\"batch_norm\"] "
      "}], shortcut = "
      "[{ conv = 4, kernel = 1, bias = false }] }, { residual = [{ conv = 4, kernel = 1, bias = false }] }",
      {4, 6, 8});
  EXPECT_EQ(tensor_names(nested),
            (std::vector<std::string>{"conv_1.weight", "conv_1.bias", "residual_1.branch.conv_1.weight",
                                      "residual_1.branch.residual_1.branch.batch_norm_1.weight",
                                      "residual_1.branch.residual_1.branch.batch_norm_1.bias",
                                      "residual_1.branch.residual_1.branch.batch_norm_1.running_mean",
                                      "residual_1.branch.residual_1.branch.batch_norm_1.running_var",
                                      "residual_1.shortcut.conv_1.weight", "residual_2.branch.conv_1.weight"}));
  EXPECT_EQ(nested.parameter_count(), 148 + 144 + 8 + 16 + 16);
}

TEST(ResidualLayer, CountsTheWorkInside) {
  const MadeLayer block(kDown, {4, 6, 8});
  EXPECT_EQ(block.spec->multiply_adds({4, 6, 8}), 48 * 9 * (4 * 6 + 6 * 6) + 48 * 4 * 6);
}

TEST(ResidualLayer, ReadsWhatItWrites) {
  for (const char* text : {kUp, kDown, kGrouped}) {
    const auto spec = network_of(text).layers[0].spec;
    config::FieldWriter written;
    spec->write(written);
    EXPECT_EQ(written.entries().front().first, "residual");
    const auto again = network_of(written.as_inline_table()).layers[0].spec;
    config::FieldWriter rewritten;
    again->write(rewritten);
    EXPECT_EQ(rewritten.as_inline_table(), written.as_inline_table());
  }
  config::FieldWriter small;
  network_of("{ residual = [\"relu\", { leaky_relu = 0.5 }] }").layers[0].spec->write(small);
  EXPECT_EQ(small.as_inline_table(), "{ residual = [{ relu = true }, { leaky_relu = 0.5 }], shortcut = [] }");
}

TEST(ResidualLayer, SaysWhichLayerInsideIsWrong) {
  const auto mismatch = [](const std::string& layers) {
    try {
      sequence_of(layers, {4, 6, 8});
    } catch (const ShapeMismatch& error) {
      return fmt::format("{} [{}] [{}]", error.what(), error.where, error.got);
    }
    ADD_FAILURE() << "expected a mismatch";
    return std::string();
  };
  EXPECT_THAT(mismatch("\"relu\", { residual = [\n\"relu\",\n{ conv = 4, kernel = 9 }] }"),
              HasSubstr("layer 'residual_1.branch.conv_1' does not fit: conv with kernel 9"));
  EXPECT_THAT(mismatch("\"relu\", { residual = [\n\"relu\",\n{ conv = 4, kernel = 9 }] }"),
              HasSubstr("[line 8 of test.toml in [generator] layer 2] [4x6x8"));
  EXPECT_THAT(mismatch("{ residual = [\"relu\"], shortcut = [{ residual = [{ dense = 3 }] }] }"),
              HasSubstr("layer 'residual_1.shortcut.residual_1.branch.dense_1' does not fit"));
  EXPECT_THAT(
      mismatch("{ residual = [{ conv = 5, kernel = 1 }] }"),
      HasSubstr(
          "layer 'residual_1' does not fit: residual cannot add its branch, 5x6x8 (channels x height x width), to its "
          "shortcut, 4x6x8 (channels x height x width); give it a shortcut"));
  EXPECT_THAT(mismatch("{ residual = [{ conv = 5, kernel = 1 }], shortcut = [{ avg_pool = 2 }] }"),
              HasSubstr("both must end in"));
  EXPECT_THAT(mismatch("{ residual = [] }"), HasSubstr("residual has no layers"));
  const auto refused = [](const char* layers) { return test::error_of([&] { sequence_of(layers, {4, 6, 8}); }); };
  EXPECT_THAT(refused("{ residual = [{ conv = 5, kernl = 1 }] }"), HasSubstr("unknown key 'kernl'"));
  EXPECT_THAT(refused("{ residual = [\n\"rleu\"] }"),
              HasSubstr("line 7 of test.toml in [generator] layer 1: unknown layer 'rleu'"));
  EXPECT_THAT(refused("{ residual = [5] }"), HasSubstr("an entry must be a table"));
  EXPECT_THAT(refused("{ residual = [{}] }"), HasSubstr("an entry must be a table"));
  EXPECT_THAT(refused("{ residual = true }"), HasSubstr("'residual' must be a list of layers, not true or false"));
  EXPECT_THAT(refused("{ residual = [{ conv = { conv = 3 } }] }"),
              HasSubstr("'conv' must be a whole number, not a table"));
}

TEST(GroupedConvolution, IsLibTorchs) {
  for (const char* padding : {"1", "\"same\""}) {
    const MadeLayer conv(fmt::format("{{ conv = 8, groups = 4, stride = 2, padding = {} }}", padding), {12, 6, 8});
    const Tensor x = conv.batch(3), y = conv(x);
    EXPECT_EQ(y.sizes().vec(), conv.foretold(3));
    EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
    const Tensor image =
        std::string(padding) == "1" ? at::constant_pad_nd(x, {1, 1, 1, 1}) : at::constant_pad_nd(x, {0, 1, 0, 1});
    EXPECT_LT(distance(y, at::conv2d(image, conv.tensor("weight"), conv.tensor("bias"), 2, at::IntArrayRef{0}, 1, 4)),
              1e-5);
    EXPECT_LT(distance(conv(x.to(at::kBFloat16)), y), 0.02);
    EXPECT_EQ(conv.spec->multiply_adds({12, 6, 8}), 3 * 4 * 8 * 3 * 9);
    EXPECT_EQ(conv.layer->parameters().at(0).fan_in, 27);
    EXPECT_EQ(conv.layer->parameters().at(0).fan_out, 72);
  }
  EXPECT_THAT(test::shape_error_of("{ conv = 8, groups = 3 }", {12, 6, 8}), HasSubstr("groups = 3 must divide"));
  EXPECT_THAT(test::shape_error_of("{ conv = 8, groups = 8 }", {12, 6, 8}), HasSubstr("groups = 8 must divide"));
  EXPECT_THAT(test::shape_error_of("{ conv = 8, spectral_norm = true, init = \"zero\" }", {12, 6, 8}),
              HasSubstr("starts at zero"));
}

}  // namespace
}  // namespace ganymede::nn
