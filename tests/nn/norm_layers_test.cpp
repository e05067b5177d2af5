// Batch and instance normalisation as layers: values, running statistics and whose momentum is meant.
#include "ganymede/nn/activation.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

TEST(BatchNormLayer, IsLibTorchs) {
  for (const Shape& shape : {Shape{6}, Shape{6, 3, 5}}) {
    const MadeLayer norm("{ batch_norm = true, epsilon = 1e-3, torch_momentum = 0.3 }", shape);
    const Tensor x = norm.batch(8) * 3 + 1;
    const Tensor mean = torch::zeros({6}), var = torch::ones({6});
    for (int i = 0; i < 3; ++i) {
      const Tensor expected =
          at::batch_norm(x + i, norm.tensor("weight"), norm.tensor("bias"), mean, var, true, 0.3, 1e-3, false);
      EXPECT_LT(distance(norm(x + i, true), expected), 1e-5);
    }
    EXPECT_LT(distance(norm.tensor("running_mean"), mean), 1e-5);
    EXPECT_LT(distance(norm.tensor("running_var"), var), 1e-5);
    const Tensor before = norm.tensor("running_mean").clone();
    EXPECT_LT(distance(norm(x), at::batch_norm(x, norm.tensor("weight"), norm.tensor("bias"), mean, var, false, 0.3,
                                               1e-3, false)),
              1e-5);
    EXPECT_TRUE(same(norm.tensor("running_mean"), before)) << "evaluation moves nothing";
  }
}

TEST(BatchNormLayer, MomentumIsNamedAfterWhoseItIs) {
  const auto moved = [](const std::string& option) {
    const MadeLayer norm("{ batch_norm = true" + option + " }", {2});
    norm(torch::full({4, 2}, 10.0), true);
    return norm.tensor("running_mean")[0].item<double>();
  };
  EXPECT_NEAR(moved(", torch_momentum = 0.2"), 2.0, 1e-5);
  EXPECT_NEAR(moved(", keras_momentum = 0.2"), 8.0, 1e-5);
  EXPECT_NEAR(moved(", keras_momentum = 0.9"), moved(", torch_momentum = 0.1"), 1e-5);
  EXPECT_NEAR(moved(""), 1.0, 1e-5);
  EXPECT_THAT(shape_error_of("{ batch_norm = true, torch_momentum = 0.1, keras_momentum = 0.9 }", {2}),
              HasSubstr("keep one"));
}

TEST(NormLayers, TakeOverTheRectifierAfterThem) {
  for (const char* kind : {"\"batch_norm\"", "\"instance_norm\""}) {
    for (const char* text : {"\"relu\"", "{ leaky_relu = 0.2 }"}) {
      const MadeLayer norm(kind, {6, 3, 5}), alone(kind, {6, 3, 5}), activation(text, {6, 3, 5});
      const Tensor x = norm.batch(4);
      ASSERT_TRUE(norm.layer->absorb(*activation.layer));
      for (const bool training : {true, false})
        EXPECT_LT(distance(norm(x, training), activation(alone(x, training))), 1e-6) << kind << text;
      EXPECT_FALSE(norm.layer->absorb(*activation.layer)) << "one rectifier only";
    }
    const MadeLayer norm(kind, {6, 3, 5}), leaky("{ leaky_relu = 0.2 }", {6, 3, 5}),
        dropout("{ dropout = 0.3 }", {6, 3, 5}), tanh("\"tanh\"", {6, 3, 5});
    EXPECT_FALSE(norm.layer->absorb(*tanh.layer));
    EXPECT_FALSE(norm.layer->absorb(*dropout.layer));
    leaky.layer->absorb(*dropout.layer);
    EXPECT_FALSE(norm.layer->absorb(*leaky.layer)) << "its dropout would be lost";
  }
}

TEST(BatchNormLayer, MovesItsStatisticsWithARectifierToo) {
  const MadeLayer norm("\"batch_norm\"", {6, 3, 5}), alone("\"batch_norm\"", {6, 3, 5}), relu("\"relu\"", {6, 3, 5});
  ASSERT_TRUE(norm.layer->absorb(*relu.layer));
  const Tensor x = norm.batch(4);
  norm(x, true), alone(x, true);
  EXPECT_LT(distance(norm.tensor("running_var"), alone.tensor("running_var")), 1e-6);
}

TEST(InstanceNormLayer, IsLibTorchs) {
  const MadeLayer norm("{ instance_norm = true, epsilon = 1e-3 }", {6, 3, 5}),
      bare("{ instance_norm = true, affine = false }", {6, 3, 5});
  const Tensor x = norm.batch(4) * 2 + 3;
  for (const bool training : {true, false}) {
    EXPECT_LT(distance(norm(x, training),
                       at::instance_norm(x, norm.tensor("weight"), norm.tensor("bias"), {}, {}, true, 0, 1e-3, false)),
              1e-5);
    EXPECT_LT(distance(bare(x, training), at::instance_norm(x, {}, {}, {}, {}, true, 0, 1e-5, false)), 1e-5);
  }
  EXPECT_TRUE(bare.layer->parameters().empty());
  EXPECT_THAT(shape_error_of("\"instance_norm\"", {6}), HasSubstr("needs an image"));
  EXPECT_THAT(shape_error_of("\"instance_norm\"", {6, 1, 1}), HasSubstr("more than one pixel"));
}

TEST(NormLayers, Bfloat16FollowsFloat32) {
  for (const char* text : {"\"batch_norm\"", "\"instance_norm\""}) {
    const MadeLayer norm(text, {8, 4, 4});
    const Tensor x = norm.batch(8, at::kBFloat16), y = norm(x, true);
    EXPECT_EQ(y.scalar_type(), at::kBFloat16);
    EXPECT_LT(distance(y, norm(x.to(at::kFloat), true)), 0.02) << text;
  }
}

}  // namespace
}  // namespace ganymede::nn
