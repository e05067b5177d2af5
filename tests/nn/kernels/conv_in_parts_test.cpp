#include "ganymede/nn/kernels/conv_in_parts.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "checks.h"

namespace ganymede::nn::kernels::conv_in_parts_tests {
namespace {

using namespace ganymede::test;

/// Enough work for several parts each.
struct Case {
  std::int64_t batch, channels, out, height, width, kernel, stride;
  Padding padding;
  std::int64_t groups = 1;
};

std::ostream& operator<<(std::ostream& s, const Case& c) {
  return s << "n" << c.batch << " c" << c.channels << " o" << c.out << " " << c.height << "x" << c.width << " k"
           << c.kernel << " s" << c.stride << " p" << c.padding.top << c.padding.bottom << c.padding.left
           << c.padding.right << " g" << c.groups;
}

const Case cases[] = {
    {20, 16, 96, 16, 16, 4, 2, Padding::all(1)},  // parts of the images, the last one smaller
    {6, 64, 256, 20, 20, 4, 2, Padding::all(1)},  // weights larger than images: their gradient in parts of the channels
    {20, 64, 256, 8, 8, 4, 2, Padding::all(1)},   // few pixels: their gradient by copied windows
    {12, 32, 128, 5, 4, 5, 1, {1, 2, 2, 1}},      // the same, windows larger than the image
    {21, 192, 128, 4, 4, 4, 1, {}},               // one window
    {6, 64, 128, 16, 16, 4, 2, Padding::all(1)},  // copied windows in bf16 alone
    {24, 3, 64, 32, 32, 4, 2, Padding::all(1)},   // few channels
    {24, 3, 64, 32, 32, 5, 2, {1, 2, 1, 2}},
    {24, 1, 32, 28, 28, 4, 3, {}},  // few channels, and rows that no window reaches
    {24, 4, 32, 17, 30, 3, 1, {0, 2, 2, 0}},
    {16, 64, 3, 32, 32, 3, 1, Padding::all(1)},       // few filters
    {9, 24, 40, 15, 13, 5, 2, {1, 2, 2, 1}},          // padded unevenly, and no multiples of anything
    {16, 32, 64, 9, 9, 3, 2, {}},                     // a row and a column that no window reaches
    {20, 64, 64, 16, 16, 3, 1, Padding::all(1), 4},   // groups as wide as a register
    {20, 32, 96, 16, 16, 3, 2, Padding::all(1), 8},   // groups of few channels
    {5, 32, 64, 40, 40, 3, 1, Padding::all(1), 4},    // groups, one image or three at a time, of copies
    {20, 64, 64, 16, 16, 3, 1, Padding::all(1), 64},  // depthwise
    {40, 128, 128, 4, 4, 4, 1, {}, 128},              // depthwise, one window
};

class ConvInParts : public testing::TestWithParam<Case> {
 protected:
  void TearDown() override { at::set_num_threads(before_); }

  Tensor image(at::ScalarType type) const {
    const Case& c = GetParam();
    return last(normal({c.batch, c.channels, c.height, c.width}, 1, at::kBFloat16).to(type));
  }
  Tensor weight() const {
    const Case& c = GetParam();
    return last(normal({c.out, c.channels / c.groups, c.kernel, c.kernel}, 2, at::kBFloat16).to(at::kFloat));
  }
  Tensor bias() const { return normal({GetParam().out}, 3, at::kFloat); }
  Tensor out(at::ScalarType type) const {
    const Case& c = GetParam();
    const Padding& p = c.padding;
    return last(normal({c.batch, c.out, conv_output_size(c.height, c.kernel, c.stride, p.top, p.bottom),
                        conv_output_size(c.width, c.kernel, c.stride, p.left, p.right)},
                       4, at::kBFloat16)
                    .to(type));
  }
  static Tensor last(const Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }
  ConvGeometry geometry() const { return {GetParam().stride, GetParam().padding, GetParam().groups}; }
  Size2 size() const { return {GetParam().height, GetParam().width}; }
  Size2 kernel() const { return {GetParam().kernel, GetParam().kernel}; }

  /// The three products.
  Tensors results(at::ScalarType type) const {
    return {conv_in_parts(image(type), weight(), bias(), geometry()),
            conv_transpose_in_parts(out(type), weight(), geometry(), size()),
            conv_weight_gradient_in_parts(image(type), out(type), kernel(), geometry())};
  }

 private:
  int before_ = at::get_num_threads();
};

/// The same in double by LibTorch, which nothing here replaces.
Tensors plain_results(const Tensor& image, const Tensor& weight, const Tensor& bias, const Tensor& out,
                      const ConvGeometry& g) {
  const Tensor x = image.to(at::kDouble).contiguous().set_requires_grad(true);
  const Tensor w = weight.to(at::kDouble).contiguous().set_requires_grad(true);
  const Padding& p = g.padding;
  const Tensor y = at::conv2d(at::constant_pad_nd(x, {p.left, p.right, p.top, p.bottom}, 0), w, {},
                              {g.stride, g.stride}, at::IntArrayRef{0, 0}, 1, g.groups);
  const Tensors gradients = torch::autograd::grad({y}, {x, w}, {out.to(at::kDouble)});
  return {(y + bias.to(at::kDouble).view({1, -1, 1, 1})).detach(), gradients[0], gradients[1]};
}

TEST_P(ConvInParts, AgreeWithLibTorchInDouble) {
  for (const int threads : {1, 2, 3, 20}) {
    if (threads > GetParam().batch) continue;  // LibTorch's then
    at::set_num_threads(threads);
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      const Tensors found = results(type);
      if (!found[0].defined()) GTEST_SKIP() << "this build has no oneDNN beside LibTorch's";
      const Tensors expected = plain_results(image(type), weight(), bias(), out(type), geometry());
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_TRUE(found[i].defined()) << i;
        EXPECT_EQ(found[i].scalar_type(), i == 2 ? at::kFloat : type);
        EXPECT_TRUE(found[i].is_contiguous(at::MemoryFormat::ChannelsLast));
        // Values of bf16 are rounded once; sums are in f32, those of gradients too.
        EXPECT_LE(distance(found[i], expected[i]), i != 2 && type == at::kBFloat16 ? 0.004 : 1e-5)
            << "result " << i << " with " << threads << " threads in " << type;
      }
    }
  }
}

/// Beside another program parts are done by other threads and at other times: the bytes must not show it.
TEST_P(ConvInParts, SameBytesWhateverTheTiming) {
  std::atomic<bool> ended{false};
  std::vector<std::thread> others;
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i)
    others.emplace_back([&] {
      while (!ended) {
      }
    });
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const int threads : {2, 3}) {
      at::set_num_threads(threads);
      const Tensors first = results(type);
      for (int repeat = 0; repeat < 4 && first[0].defined(); ++repeat) {
        const Tensors again = results(type);
        for (std::size_t i = 0; i < first.size(); ++i) EXPECT_TRUE(same(first[i], again[i])) << "result " << i;
      }
    }
  }
  ended = true;
  for (auto& other : others) other.join();
}

TEST_P(ConvInParts, ValuesDoNotDependOnTheNumberOfThreads) {
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    at::set_num_threads(1);
    const Tensors one = results(type);
    if (!one[0].defined()) GTEST_SKIP() << "this build has no oneDNN beside LibTorch's";
    for (const int threads : {2, 4}) {
      at::set_num_threads(threads);
      const Tensors more = results(type);
      for (const std::size_t i : {0, 1}) EXPECT_TRUE(same(one[i], more[i])) << "result " << i << " of " << threads;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, ConvInParts, testing::ValuesIn(cases));

TEST(ConvInParts, LeavesTheRestToLibTorch) {
  const Tensor image = normal({4, 8, 8, 8}), weight = normal({8, 8, 3, 3});
  EXPECT_FALSE(conv_in_parts(image, weight, {}, {1, Padding::all(1)}).defined()) << "double";
  const int before = at::get_num_threads();
  at::set_num_threads(4);
  const Tensor one = normal({1, 64, 64, 64}, 1, at::kFloat), large = normal({64, 64, 3, 3}, 2, at::kFloat);
  EXPECT_FALSE(conv_in_parts(one, large, {}, {1, Padding::all(1)}).defined()) << "one image for four threads";
  at::set_num_threads(before);
}

}  // namespace
}  // namespace ganymede::nn::kernels::conv_in_parts_tests
