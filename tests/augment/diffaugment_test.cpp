#include "ganymede/augment/augment.h"
#include "ganymede/core/random.h"
#include "nn/kernels/checks.h"
#include "support/support.h"

namespace ganymede::augment {
namespace {

std::unique_ptr<Augment> diffaugment(std::vector<std::string> operations) {
  AugmentConfig config;
  config.name = "diffaugment";
  config.operations = std::move(operations);
  return make_augment(config);
}

TEST(DiffAugment, IsAFunctionOfItsSeed) {
  const Tensor x = test::normal({6, 3, 8, 8});
  const auto all = diffaugment({});
  EXPECT_TRUE(test::same(all->apply(x, 1, 3), all->apply(x, 1, 3)));
  EXPECT_FALSE(test::same(all->apply(x, 1, 3), all->apply(x, 1, 4)));
  EXPECT_TRUE(test::same(all->apply(x, 0, 3), x));
}

TEST(DiffAugment, HappensWithItsProbability) {
  const Tensor x = test::normal({400, 1, 8, 8});
  const Tensor changed = (diffaugment({"cutout"})->apply(x, 0.25, 1) - x).flatten(1).abs().sum(1) > 0;
  EXPECT_NEAR(changed.to(at::kDouble).mean().item<double>(), 0.25, 0.08);
}

TEST(DiffAugment, ColourStaysInItsRanges) {
  // Brightness adds [-0.5, 0.5); the others keep the mean.
  const Tensor x = test::normal({200, 3, 8, 8}), y = diffaugment({"color"})->apply(x, 1, 2);
  const Tensor moved = y.mean({1, 2, 3}) - x.mean({1, 2, 3});
  EXPECT_LE(moved.abs().max().item<double>(), 0.5 + 1e-6);
  EXPECT_GT(moved.std().item<double>(), 0.2);
  const Tensor contrast = y.mean(1).std({1, 2}) / x.mean(1).std({1, 2});
  EXPECT_GE(contrast.min().item<double>(), 0.5 - 1e-6);
  EXPECT_LE(contrast.max().item<double>(), 1.5 + 1e-6);
}

TEST(DiffAugment, TranslatesByUpToAnEighth) {
  Tensor x = torch::zeros({300, 1, 16, 16});
  x.slice(2, 8, 9).slice(3, 8, 9).fill_(1);
  const Tensor at = diffaugment({"translation"})->apply(x, 1, 5).flatten(1).argmax(1);
  const Tensor row = at.div(16, "floor") - 8, column = at.remainder(16) - 8;
  EXPECT_EQ(row.min().item<int>(), -2);
  EXPECT_EQ(row.max().item<int>(), 2);
  EXPECT_EQ(column.min().item<int>(), -2);
  EXPECT_EQ(column.max().item<int>(), 2);
}

TEST(DiffAugment, CutsOutAQuarterAtMost) {
  const Tensor y = diffaugment({"cutout"})->apply(torch::ones({300, 3, 16, 16}), 1, 5);
  const Tensor gone = (y == 0).select(1, 0).flatten(1).sum(1);
  EXPECT_EQ(gone.max().item<int>(), 64) << "8 x 8 where all of it is inside";
  EXPECT_GE(gone.min().item<int>(), 16) << "a corner";
  EXPECT_TRUE(test::same(y.select(1, 0), y.select(1, 2))) << "all channels alike";
}

TEST(DiffAugment, ItsNumbersAreThoseOfAPlainLoop) {
  // Brightness is read off a black image, the offsets off a light pixel: each from a stream of its own.
  const Tensor black = torch::zeros({50, 1, 16, 16}, at::kDouble);
  const Tensor light = diffaugment({"color"})->apply(black, 0.7, 5).select(1, 0).select(1, 0).select(1, 0);
  Random brightness(stream_seed(5, "brightness"));
  for (std::int64_t n = 0; n < 50; ++n) {
    const bool done = brightness.uniform() < 0.7;
    const double u = brightness.uniform();
    EXPECT_EQ(light[n].item<double>(), done ? static_cast<float>(u - 0.5) : 0) << n;
  }
  Tensor dot = black.clone();
  dot.slice(2, 8, 9).slice(3, 8, 9).fill_(1);
  const Tensor at = diffaugment({"translation"})->apply(dot, 0.7, 5).flatten(1).argmax(1);
  Random translation(stream_seed(5, "translation"));
  for (std::int64_t n = 0; n < 50; ++n) {
    const bool done = translation.uniform() < 0.7;
    const auto down = static_cast<std::int64_t>(translation.below(5)) - 2,
               right = static_cast<std::int64_t>(translation.below(5)) - 2;
    EXPECT_EQ(at[n].item<std::int64_t>(), done ? (8 + down) * 16 + 8 + right : 8 * 16 + 8) << n;
  }
}

TEST(DiffAugment, TakesAProbabilityThatNobodyReads) {
  const Tensor x = test::normal({20, 3, 8, 8});
  const auto all = diffaugment({});
  const auto probability = [](double p) { return torch::tensor(p, at::kDouble); };
  EXPECT_TRUE(test::same(all->apply(x, probability(0.4), 3), all->apply(x, 0.4, 3)));
  EXPECT_LT(test::distance(all->apply(x, probability(0), 3), x), 1e-12);
}

TEST(DiffAugment, IsDifferentiableTwice) {
  const auto all = diffaugment({});
  test::expect_second_derivatives([&](const test::Tensors& t) { return all->apply(t[0], 1, 9).pow(3); },
                                  {test::normal({2, 3, 4, 4})});
}

TEST(MakeAugment, NamesWhatItDoesNotKnow) {
  EXPECT_EQ(make_augment({}), nullptr);
  EXPECT_THAT(test::error_of([] { diffaugment({"cutuot"}); }), ::testing::HasSubstr("'cutout'"));
  EXPECT_THAT(test::error_of([] { diffaugment({"blit"}); }), ::testing::HasSubstr("unknown operation 'blit'"));
}

}  // namespace
}  // namespace ganymede::augment
