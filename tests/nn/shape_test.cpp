#include "ganymede/nn/shape.h"

#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

TEST(Shape, KnowsItsOrders) {
  const Shape image{3, 4, 5};
  EXPECT_EQ(image.elements(), 60);
  EXPECT_EQ(image.keras_order(), (std::vector<std::int64_t>{4, 5, 3}));
  EXPECT_EQ(image.text(), "3x4x5 (channels x height x width)");
  EXPECT_EQ(Shape{100}.text(), "100");
  EXPECT_EQ(Shape{100}.keras_order(), (std::vector<std::int64_t>{100}));
  EXPECT_TRUE(Shape{100}.is_flat() && !Shape{100}.is_image() && image.is_image() && !image.is_flat());
}

TEST(Registry, KnowsTheKinds) {
  EXPECT_THAT(layers().names(),
              ::testing::IsSupersetOf({"dense", "conv", "conv_transpose", "batch_norm", "instance_norm", "relu",
                                       "leaky_relu", "tanh", "sigmoid", "dropout", "reshape", "flatten"}));
}

}  // namespace
}  // namespace ganymede::nn
