// upsample, avg_pool, global_pool: shapes, values against plain LibTorch and against loops, and what they refuse.
#include "ganymede/nn/resample.h"
#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::same;
using test::shape_error_of;
using ::testing::HasSubstr;

Tensor made_value(const std::string& text, const Shape& shape) {
  const MadeLayer made(text, shape);
  const Tensor y = made(made.batch(3));
  EXPECT_EQ(y.sizes().vec(), made.foretold(3)) << text;
  if (y.dim() == 4) {
    EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast)) << text;
  }
  const Tensor small = made(made.batch(3, at::kBFloat16));
  EXPECT_EQ(small.scalar_type(), at::kBFloat16);
  EXPECT_LT(distance(small, y), 0.02) << text;
  return y;
}

TEST(UpsampleLayer, IsLibTorchs) {
  const Shape image{5, 4, 6};
  const Tensor x = MadeLayer("\"relu\"", image).batch(3);
  for (const std::int64_t factor : {2, 3}) {
    const std::vector<std::int64_t> size{4 * factor, 6 * factor};
    EXPECT_TRUE(same(made_value(fmt::format("{{ upsample = {} }}", factor), image), at::upsample_nearest2d(x, size)));
    EXPECT_LT(distance(made_value(fmt::format("{{ upsample = {}, mode = \"bilinear\" }}", factor), image),
                       at::upsample_bilinear2d(x, size, false)),
              1e-6);
  }
}

/// The taps 1, 2, 1 in both directions, `gain` in all, over an image with zeros beyond its edge, as a plain
/// convolution that moves by `stride`.
Tensor filtered(const Tensor& x, double gain, std::int64_t stride) {
  const Tensor taps = torch::tensor({1.0f, 2.0f, 1.0f});
  const Tensor kernel = (at::outer(taps, taps) * (gain / 16)).expand({x.size(1), 1, 3, 3});
  return at::conv2d(x, kernel, {}, stride, 1, 1, x.size(1));
}

TEST(FilteredResampling, IsTheLowPassFilter) {
  const Shape image{5, 4, 6};
  const Tensor x = MadeLayer("\"relu\"", image).batch(3);
  // Halving: pixel i is centred on 2i. Doubling: zeros between the pixels, then the same filter with four times the
  // gain.
  EXPECT_LT(distance(made_value("{ avg_pool = 2, mode = \"filtered\" }", image), filtered(x, 1, 2)), 1e-6);
  Tensor spread = torch::zeros({3, 5, 8, 12});
  spread.slice(2, 1, 8, 2).slice(3, 1, 12, 2).copy_(x);
  EXPECT_LT(distance(made_value("{ upsample = 2, mode = \"filtered\" }", image), filtered(spread, 4, 1)), 1e-6);
}

TEST(AvgPoolLayer, IsLibTorchs) {
  const Shape image{5, 12, 6};
  const Tensor x = MadeLayer("\"relu\"", image).batch(3);
  for (const std::int64_t factor : {2, 3}) {
    EXPECT_LT(distance(made_value(fmt::format("{{ avg_pool = {} }}", factor), image), at::avg_pool2d(x, factor)), 1e-6);
  }
}

TEST(GlobalPoolLayer, SumsOrAverages) {
  const Shape image{5, 4, 6};
  const Tensor x = MadeLayer("\"relu\"", image).batch(3);
  EXPECT_LT(distance(made_value("{ global_pool = \"sum\" }", image), x.sum({2, 3})), 1e-5);
  EXPECT_LT(distance(made_value("{ global_pool = \"mean\" }", image), x.mean({2, 3})), 1e-5);
}

TEST(ResampleLayers, RefuseWhatDoesNotFit) {
  for (const char* text : {"{ upsample = 2 }", "{ avg_pool = 2 }", "{ global_pool = \"sum\" }"})
    EXPECT_THAT(shape_error_of(text, {100}), HasSubstr("needs an image")) << text;
  EXPECT_THAT(shape_error_of("{ avg_pool = 2 }", {3, 4, 5}),
              HasSubstr("does not divide the height and width of 3x4x5"));
  EXPECT_THAT(shape_error_of("{ avg_pool = 4, mode = \"filtered\" }", {3, 4, 4}), HasSubstr("write avg_pool = 2"));
  EXPECT_THAT(shape_error_of("{ upsample = 4, mode = \"filtered\" }", {3, 4, 4}), HasSubstr("write upsample = 2"));
  EXPECT_THAT(test::error_of([] { MadeLayer made("{ upsample = 2, mode = \"cubic\" }", {3, 4, 4}); }),
              HasSubstr("unknown mode 'cubic'"));
  EXPECT_THAT(test::error_of([] { MadeLayer made("{ global_pool = \"max\" }", {3, 4, 4}); }),
              HasSubstr("unknown global_pool 'max'"));
}

}  // namespace
}  // namespace ganymede::nn
