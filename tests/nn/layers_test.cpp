// dense, activations, dropout, reshape: shapes, values against plain LibTorch, and what they refuse.
#include "ganymede/nn/activation.h"
#include "ganymede/nn/dropout.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

TEST(DenseLayer, IsLinear) {
  const MadeLayer dense("{ dense = 7 }", {11});
  const Tensor x = dense.batch(3);
  EXPECT_EQ(dense.foretold(3), dense(x).sizes().vec());
  EXPECT_LT(distance(dense(x), at::linear(x, dense.tensor("weight"), dense.tensor("bias"))), 1e-6);
  EXPECT_EQ(dense.spec->multiply_adds({11}), 77);
  const MadeLayer bare("{ dense = 7, bias = false }", {11});
  EXPECT_EQ(bare.layer->parameters().size(), 1u);
  EXPECT_LT(distance(bare(x), at::mm(x, bare.tensor("weight").t())), 1e-6);
  const Tensor small = dense(x.to(at::kBFloat16));
  EXPECT_EQ(small.scalar_type(), at::kBFloat16);
  EXPECT_LT(distance(small, dense(x)), 0.02);
  EXPECT_THAT(shape_error_of("{ dense = 7 }", {3, 4, 4}), HasSubstr("put a flatten before it"));
}

TEST(ActivationLayers, ArePlainFunctions) {
  const Shape image{3, 4, 4};
  for (const bool training : {false, true}) {
    const auto value = [&](const char* text) {
      const MadeLayer made(text, image);
      EXPECT_EQ(made.spec->output_shape(image), image);
      return made(made.batch(2), training);
    };
    const Tensor x = MadeLayer("\"relu\"", image).batch(2);
    EXPECT_TRUE(same(value("\"relu\""), at::relu(x)));
    EXPECT_TRUE(same(value("\"tanh\""), at::tanh(x)));
    EXPECT_TRUE(same(value("\"sigmoid\""), at::sigmoid(x)));
    EXPECT_LT(distance(value("{ leaky_relu = 0.3 }"), at::leaky_relu(x, 0.3)), 1e-7);
  }
  EXPECT_THAT(test::error_of([&] { MadeLayer made("{ leaky_relu = 2 }", image); }), HasSubstr("outside 0 to 1"));
  EXPECT_THAT(test::error_of([&] { MadeLayer made("{ relu = 0.2 }", image); }), HasSubstr("write true"));
  EXPECT_THAT(test::error_of([&] { MadeLayer made("\"rleu\"", image); }), HasSubstr("did you mean 'relu'?"));
}

TEST(DropoutLayer, DropsItsShareAndKeepsTheMean) {
  const MadeLayer dropout("{ dropout = 0.3 }", {1000});
  const Tensor x = torch::ones({100, 1000});
  EXPECT_TRUE(same(dropout(x, false), x));
  const Tensor y = dropout(x, true);
  const double dropped = (y == 0).to(at::kDouble).mean().item<double>();
  EXPECT_NEAR(dropped, 0.3, 5 * std::sqrt(0.21 / 100'000));
  EXPECT_NEAR(y.max().item<double>(), 1 / 0.7, 1e-4);
  EXPECT_TRUE(same(MadeLayer("{ dropout = 0 }", {1000})(x, true), x));
}

TEST(DropoutLayer, MasksFollowTheSeedOfThePass) {
  const MadeLayer dropout("{ dropout = 0.5 }", {1000});
  const Tensor x = torch::ones({4, 1000});
  EXPECT_TRUE(same(dropout(x, true, 7), dropout(x, true, 7)));
  EXPECT_FALSE(same(dropout(x, true, 7), dropout(x, true, 8)));
  ForwardContext context{.training = true, .dropout_seed = 7};
  const Tensor first = dropout.layer->forward(x, context), second = dropout.layer->forward(x, context);
  EXPECT_FALSE(same(first, second)) << "two dropouts of one pass have masks of their own";
  // ... which are not shifted copies either: agreement is that of chance.
  EXPECT_NEAR((first == second).to(at::kDouble).mean().item<double>(), 0.5, 0.05);
}

TEST(Rectifier, TakesOverTheDropoutAfterIt) {
  const MadeLayer leaky("{ leaky_relu = 0.3 }", {64}), dropout("{ dropout = 0.4 }", {64}),
      more("{ dropout = 0.4 }", {64});
  const Tensor x = leaky.batch(10);
  const Tensor apart = dropout(leaky(x, true), true, 3), still = leaky(x);
  EXPECT_TRUE(dynamic_cast<Activation&>(*leaky.layer).rectifier_slope());
  ASSERT_TRUE(leaky.layer->absorb(*dropout.layer));
  EXPECT_LT(distance(leaky(x, true, 3), apart), 1e-6);
  EXPECT_TRUE(same(leaky(x, false), still));
  EXPECT_FALSE(leaky.layer->absorb(*more.layer)) << "one dropout only";
  EXPECT_FALSE(dynamic_cast<Activation&>(*leaky.layer).rectifier_slope()) << "no norm may take it any more";
  EXPECT_FALSE(MadeLayer("\"tanh\"", {64}).layer->absorb(*dropout.layer));
}

TEST(ReshapeLayers, KeepPyTorchsOrder) {
  const MadeLayer reshape("{ reshape = [4, 2, 3] }", {24});
  const Tensor x = at::arange(48, at::kFloat).reshape({2, 24});
  const Tensor image = reshape(x);
  EXPECT_TRUE(same(image, x.reshape({2, 4, 2, 3})));
  EXPECT_TRUE(image.is_contiguous(at::MemoryFormat::ChannelsLast));
  const MadeLayer flatten("\"flatten\"", {4, 2, 3});
  EXPECT_EQ(flatten.spec->output_shape({4, 2, 3}), (Shape{24}));
  EXPECT_TRUE(same(flatten(image), x)) << "whatever the layout in memory";
  EXPECT_THAT(shape_error_of("{ reshape = [5, 5] }", {25}), HasSubstr("[features] or [channels, height, width]"));
  EXPECT_THAT(shape_error_of("{ reshape = [5, 5, 2] }", {25}), HasSubstr("50 elements"));
  EXPECT_THAT(shape_error_of("{ reshape = [16777216, 16777216, 16777216] }", {25}), HasSubstr("got 25"));
}

TEST(Specs, WriteEveryOptionAndReadItBack) {
  for (const char* text : {"{ dense = 7 }", "{ conv = 4, padding = \"same\", init = \"orthogonal\" }",
                           "{ conv_transpose = 4, padding = 2 }", "\"batch_norm\"",
                           "{ batch_norm = true, keras_momentum = 0.8 }", "\"instance_norm\"", "\"relu\"",
                           "{ leaky_relu = 0.1 }", "{ dropout = 0.25 }", "{ reshape = [1, 5, 5] }", "\"flatten\""}) {
    const auto spec = test::network_of(text).layers[0].spec;
    config::FieldWriter written;
    spec->write(written);
    EXPECT_EQ(written.entries().front().first, spec->kind()) << "the kind's own key is first";
    const auto again = test::network_of(written.as_inline_table()).layers[0].spec;
    config::FieldWriter rewritten;
    again->write(rewritten);
    EXPECT_EQ(rewritten.as_inline_table(), written.as_inline_table());
  }
  config::FieldWriter conv;
  test::network_of("{ conv = 4 }").layers[0].spec->write(conv);
  EXPECT_EQ(conv.as_inline_table(),
            "{ conv = 4, kernel = 3, stride = 1, padding = 0, groups = 1, bias = true, spectral_norm = false, "
            "init_scale = 1.0 }");
}

}  // namespace
}  // namespace ganymede::nn
