// pixel_norm and minibatch_stddev: values against their formulas in plain operations.
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

TEST(PixelNormLayer, GivesEachPixelMeanSquareOne) {
  for (const Shape& shape : {Shape{8}, Shape{8, 3, 5}}) {
    const MadeLayer norm("\"pixel_norm\"", shape);
    const Tensor x = norm.batch(4) * 7, y = norm(x);
    EXPECT_EQ(y.sizes().vec(), norm.foretold(4));
    EXPECT_LT(distance(y, x / (x.square().mean(1, true) + 1e-8).sqrt()), 1e-6);
    EXPECT_LT((y.square().mean(1) - 1).abs().max().item<double>(), 1e-5);
    const Tensor small = norm(x.to(at::kBFloat16));
    EXPECT_EQ(small.scalar_type(), at::kBFloat16);
    EXPECT_LT(distance(small, y), 0.02);
  }
}

/// The paper's value for one group [G, C, H, W]: the mean of the standard deviations.
double deviation_of(const Tensor& group) {
  return (group.var(0, false) + 1e-8).sqrt().mean().item<double>();
}

TEST(MinibatchStddevLayer, ComparesNeighbours) {
  const MadeLayer layer("{ minibatch_stddev = 4 }", {6, 3, 5});
  const Tensor x = layer.batch(8), y = layer(x);
  EXPECT_EQ(y.sizes().vec(), layer.foretold(8));
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(same(y.narrow(1, 0, 6), x));
  for (std::int64_t first : {0, 4}) {
    const Tensor map = y.narrow(0, first, 4).select(1, 6);
    EXPECT_NEAR(map.min().item<double>(), deviation_of(x.narrow(0, first, 4)), 1e-6);
    EXPECT_EQ(map.min().item<double>(), map.max().item<double>());
  }
  EXPECT_LT(distance(layer(x.to(at::kBFloat16)), y), 0.02);
}

TEST(MinibatchStddevLayer, ABatchNeedNotBeWholeGroups) {
  const MadeLayer layer("{ minibatch_stddev = 4 }", {6, 3, 5});
  const Tensor x = layer.batch(10);
  const auto map = [&](std::int64_t count) { return layer(x.narrow(0, 0, count)).select(1, 6); };
  EXPECT_NEAR(map(10)[3][0][0].item<double>(), deviation_of(x.narrow(0, 0, 4)), 1e-6);
  for (const std::int64_t sample : {8, 9}) {
    EXPECT_NEAR(map(10)[sample][0][0].item<double>(), deviation_of(x.narrow(0, 6, 4)), 1e-6)
        << "the last four together";
  }
  EXPECT_NEAR(map(3)[0][0][0].item<double>(), deviation_of(x.narrow(0, 0, 3)), 1e-6) << "fewer than a group are one";
  EXPECT_NEAR(map(1)[0][0][0].item<double>(), 1e-4, 1e-6) << "one sample does not differ from itself";
}

TEST(MinibatchStddevLayer, SharesTheFeaturesOut) {
  const MadeLayer layer("{ minibatch_stddev = 4, channels = 3 }", {6, 3, 5});
  const Tensor x = layer.batch(4), y = layer(x);
  EXPECT_EQ(y.size(1), 9);
  for (std::int64_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(y[2][6 + c][1][1].item<double>(), deviation_of(x.narrow(1, 2 * c, 2)), 1e-6);
  }
  EXPECT_THAT(shape_error_of("{ minibatch_stddev = 4, channels = 4 }", {6, 3, 5}), HasSubstr("does not divide"));
  EXPECT_THAT(shape_error_of("{ minibatch_stddev = 4 }", {6}), HasSubstr("needs an image"));
}

}  // namespace
}  // namespace ganymede::nn
