// conv and conv_transpose as layers: against LibTorch's own, and "same" against TensorFlow's definition in plain loops.
#include <cmath>

#include "nn/made_layer.h"

namespace ganymede::nn {
namespace {

using test::distance;
using test::MadeLayer;
using test::shape_error_of;
using ::testing::HasSubstr;

constexpr double kConvTolerance = 2e-6;

/// TensorFlow's SAME: the output is ceil(size / stride), and an odd total pads one more at the end.
std::int64_t same_begin(std::int64_t size, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t output = (size + stride - 1) / stride;
  return std::max<std::int64_t>((output - 1) * stride + kernel - size, 0) / 2;
}

using Rectangle = std::pair<std::int64_t, std::int64_t>;  // along the rows, along the columns

/// y[o, i, j] = sum of w[o, c, a, b] x[c, i stride + a - top, j stride + b - left]; in double. With `scatter` the same
/// sum is distributed the other way round: what a transposed convolution is.
Tensor naive(const Tensor& x, const Tensor& w, std::int64_t stride, Rectangle begin, Rectangle size, bool scatter) {
  const auto [top, left] = begin;
  const auto [height, width] = size;
  const Tensor in = x.to(at::kDouble).contiguous(), weight = w.to(at::kDouble).contiguous();
  const std::int64_t outputs = scatter ? w.size(1) : w.size(0);
  Tensor y = torch::zeros({x.size(0), outputs, height, width}, at::kDouble);
  const auto a_in = in.accessor<double, 4>();
  const auto a_w = weight.accessor<double, 4>();
  auto a_y = y.accessor<double, 4>();
  const auto [small_h, small_w] = scatter ? std::pair(x.size(2), x.size(3)) : std::pair(height, width);
  const auto [large_h, large_w] = scatter ? std::pair(height, width) : std::pair(x.size(2), x.size(3));
  for (std::int64_t n = 0; n < x.size(0); ++n)
    for (std::int64_t c0 = 0; c0 < w.size(0); ++c0)
      for (std::int64_t c1 = 0; c1 < w.size(1); ++c1)
        for (std::int64_t i = 0; i < small_h; ++i)
          for (std::int64_t j = 0; j < small_w; ++j)
            for (std::int64_t a = 0; a < w.size(2); ++a)
              for (std::int64_t b = 0; b < w.size(3); ++b) {
                const std::int64_t row = i * stride + a - top, column = j * stride + b - left;
                if (row < 0 || row >= large_h || column < 0 || column >= large_w) continue;
                if (scatter)
                  a_y[n][c1][row][column] += a_w[c0][c1][a][b] * a_in[n][c0][i][j];
                else
                  a_y[n][c0][i][j] += a_w[c0][c1][a][b] * a_in[n][c1][row][column];
              }
  return y;
}

TEST(ConvLayer, IsLibTorchs) {
  for (const auto& [kernel, stride, padding] :
       {std::tuple(3, 1, 0), {4, 2, 1}, {5, 2, 2}, {1, 1, 0}, {2, 3, 1}, {3, 2, 4}}) {
    SCOPED_TRACE(fmt::format("kernel {} stride {} padding {}", kernel, stride, padding));
    const MadeLayer conv(fmt::format("{{ conv = 6, kernel = {}, stride = {}, padding = {} }}", kernel, stride, padding),
                         {5, 9, 7});
    const Tensor x = conv.batch(3), y = conv(x);
    EXPECT_EQ(y.sizes().vec(), conv.foretold(3));
    EXPECT_LT(distance(y, at::conv2d(x, conv.tensor("weight"), conv.tensor("bias"), stride, padding)), kConvTolerance);
    EXPECT_EQ(conv.spec->multiply_adds(conv.input), y.numel() / 3 * 5 * kernel * kernel);
  }
}

TEST(ConvLayer, SameIsTensorFlows) {
  for (const std::int64_t kernel : {1, 2, 3, 4, 5}) {
    for (const std::int64_t stride : {1, 2, 3}) {
      for (const auto& [height, width] : {std::pair<std::int64_t, std::int64_t>(6, 7), {5, 8}}) {
        SCOPED_TRACE(fmt::format("kernel {} stride {} on {}x{}", kernel, stride, height, width));
        const MadeLayer conv(
            fmt::format("{{ conv = 3, kernel = {}, stride = {}, padding = \"same\", bias = false }}", kernel, stride),
            {2, height, width});
        const Tensor x = conv.batch(2), y = conv(x);
        const std::vector<std::int64_t> expected{2, 3, (height + stride - 1) / stride, (width + stride - 1) / stride};
        EXPECT_EQ(y.sizes().vec(), expected);
        EXPECT_EQ(conv.foretold(2), expected);
        EXPECT_LT(distance(y, naive(x, conv.tensor("weight"), stride,
                                    {same_begin(height, kernel, stride), same_begin(width, kernel, stride)},
                                    {expected[2], expected[3]}, false)),
                  kConvTolerance);
      }
    }
  }
}

TEST(ConvTransposeLayer, IsLibTorchs) {
  for (const auto& [kernel, stride, padding, extra] :
       {std::tuple(3, 1, 0, 0), {4, 2, 1, 0}, {5, 2, 2, 1}, {4, 1, 0, 0}, {3, 3, 1, 2}}) {
    SCOPED_TRACE(fmt::format("kernel {} stride {} padding {} output padding {}", kernel, stride, padding, extra));
    const MadeLayer conv(
        fmt::format("{{ conv_transpose = 6, kernel = {}, stride = {}, padding = {}, output_padding = {} }}", kernel,
                    stride, padding, extra),
        {5, 4, 3});
    const Tensor x = conv.batch(3), y = conv(x);
    EXPECT_EQ(y.sizes().vec(), conv.foretold(3));
    EXPECT_LT(distance(y, at::conv_transpose2d(x, conv.tensor("weight"), conv.tensor("bias"), stride, padding, extra)),
              kConvTolerance);
    EXPECT_EQ(conv.spec->multiply_adds(conv.input), 5 * 4 * 3 * 6 * kernel * kernel);
  }
}

TEST(ConvTransposeLayer, SameIsTensorFlows) {
  for (const std::int64_t stride : {1, 2, 3}) {
    for (std::int64_t kernel = stride; kernel <= 5; ++kernel) {
      SCOPED_TRACE(fmt::format("kernel {} stride {}", kernel, stride));
      const MadeLayer conv(
          fmt::format("{{ conv_transpose = 3, kernel = {}, stride = {}, padding = \"same\", bias = false }}", kernel,
                      stride),
          {2, 3, 5});
      const Tensor x = conv.batch(2), y = conv(x);
      EXPECT_EQ(y.sizes().vec(), (std::vector<std::int64_t>{2, 3, 3 * stride, 5 * stride}));
      EXPECT_EQ(conv.foretold(2), y.sizes().vec());
      EXPECT_LT(distance(y, naive(x, conv.tensor("weight"), stride,
                                  {same_begin(3 * stride, kernel, stride), same_begin(5 * stride, kernel, stride)},
                                  {3 * stride, 5 * stride}, true)),
                kConvTolerance);
    }
  }
}

TEST(ConvLayers, Bfloat16FollowsFloat32) {
  for (const char* text : {"{ conv = 16, kernel = 4, stride = 2, padding = 1 }",
                           "{ conv_transpose = 16, kernel = 5, stride = 2, padding = \"same\" }"}) {
    const MadeLayer conv(text, {8, 8, 8});
    const Tensor x = conv.batch(4, at::kBFloat16), y = conv(x);
    EXPECT_EQ(y.scalar_type(), at::kBFloat16);
    EXPECT_LT(distance(y, conv(x.to(at::kFloat))), 0.02) << text;
  }
}

TEST(ConvLayers, FansAreThoseOfTheMap) {
  const auto fans = [](const char* text) {
    const MadeLayer made(text, {5, 8, 8});
    const auto& p = made.layer->parameters().at(0);
    return std::pair(p.fan_in, p.fan_out);
  };
  EXPECT_EQ(fans("{ conv = 6, kernel = 3 }"), std::pair(std::int64_t{45}, std::int64_t{54}));
  // PyTorch's (and Keras's) rule takes the second dimension of the weight as what goes in.
  EXPECT_EQ(fans("{ conv_transpose = 6, kernel = 3 }"), std::pair(std::int64_t{54}, std::int64_t{45}));
}

TEST(ConvLayers, RefuseWhatDoesNotFit) {
  EXPECT_THAT(shape_error_of("{ conv = 4 }", {100}),
              HasSubstr("conv needs an image but got 100; put a reshape before it"));
  EXPECT_THAT(shape_error_of("{ conv = 4, kernel = 9 }", {3, 8, 8}), HasSubstr("kernel 9 does not fit into 3x8x8"));
  EXPECT_THAT(shape_error_of("{ conv_transpose = 4 }", {100}), HasSubstr("needs an image"));
  EXPECT_THAT(shape_error_of("{ conv_transpose = 4, stride = 2, output_padding = 2 }", {3, 4, 4}),
              HasSubstr("below the stride 2"));
  EXPECT_THAT(shape_error_of("{ conv_transpose = 4, kernel = 2, stride = 3, padding = \"same\" }", {3, 4, 4}),
              HasSubstr("at least the stride 3"));
  EXPECT_THAT(shape_error_of("{ conv_transpose = 4, stride = 2, padding = \"same\", output_padding = 1 }", {3, 4, 4}),
              HasSubstr("no meaning"));
  EXPECT_THAT(shape_error_of("{ conv_transpose = 4, kernel = 1, padding = 3 }", {3, 4, 4}),
              HasSubstr("leaves nothing"));
  const auto refused = [](const char* text) { return test::error_of([&] { MadeLayer made(text, {3, 8, 8}); }); };
  EXPECT_THAT(refused("{ conv = 4, padding = \"sam\" }"), HasSubstr("must be \"same\" or a number"));
  EXPECT_THAT(refused("{ conv = 4, padding = -1 }"), HasSubstr("0 to 64"));
  EXPECT_THAT(refused("{ conv = 0 }"), HasSubstr("outside 1 to 65536"));
  EXPECT_THAT(refused("{ conv = 4, strid = 2 }"), HasSubstr("did you mean 'stride'?"));
}

}  // namespace
}  // namespace ganymede::nn
