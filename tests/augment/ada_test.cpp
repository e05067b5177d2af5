#include <cmath>

#include "ganymede/augment/adaptive.h"
#include "ganymede/augment/augment.h"
#include "ganymede/core/random.h"
#include "nn/kernels/checks.h"
#include "support/support.h"

namespace ganymede::augment {
namespace {

std::unique_ptr<Augment> ada(std::vector<std::string> operations = {}) {
  AugmentConfig config;
  config.name = "ada";
  config.operations = std::move(operations);
  return make_augment(config);
}

TEST(Ada, BlitsAreExact) {
  // Flips and quarter turns only rearrange the pixels.
  const Tensor x = test::normal({64, 3, 8, 8}, 1, at::kFloat);
  const Tensor y = ada({"blit"})->apply(x, 1, 3);
  int changed = 0;
  for (int n = 0; n < 64; ++n) {
    const auto values = [](const Tensor& t) { return std::get<0>(t.flatten().sort()); };
    // Shifts mirror a part of the image: then the values are some of the image's own.
    EXPECT_LE(values(y[n])[-1].item<float>(), values(x[n])[-1].item<float>() + 1e-5);
    changed += !test::same(x[n], y[n]);
  }
  EXPECT_GT(changed, 48);
}

TEST(Ada, TurnsKeepTheirShapeInRectangles) {
  // A square in the middle of wide images stays one, however it is turned and moved.
  Tensor x = torch::zeros({64, 1, 32, 40});
  x.slice(2, 12, 20).slice(3, 16, 24).fill_(1);
  const Tensor blits = ada({"blit"})->apply(x, 1, 3);
  for (const int side : {2, 3}) {
    const Tensor reached = (blits.amax({1, side}) > 0.5).sum(1);
    EXPECT_TRUE((reached == 8).all().item<bool>()) << reached;
  }
}

TEST(Ada, IsAFunctionOfItsSeedAndProbability) {
  const auto all = ada();
  const Tensor x = test::normal({200, 3, 8, 8}, 1, at::kFloat);
  EXPECT_TRUE(test::same(all->apply(x, 0.5, 3), all->apply(x, 0.5, 3)));
  EXPECT_FALSE(test::same(all->apply(x, 0.5, 3), all->apply(x, 0.5, 4)));
  EXPECT_TRUE(test::same(all->apply(x, 0, 3), x));
  const Tensor seldom = (all->apply(x, 0.02, 3) - x).flatten(1).abs().amax(1) > 1e-5;
  EXPECT_LT(seldom.to(at::kDouble).mean().item<double>(), 0.4);
  EXPECT_GT(seldom.to(at::kDouble).mean().item<double>(), 0.02);
}

TEST(Ada, TakesAProbabilityThatNobodyReads) {
  const auto all = ada();
  const Tensor x = test::normal({20, 3, 8, 8});
  const auto probability = [](double p) { return torch::tensor(p, at::kDouble); };
  EXPECT_TRUE(test::same(all->apply(x, probability(0.5), 3), all->apply(x, 0.5, 3)));
  EXPECT_LT(test::distance(all->apply(x, probability(0), 3), x), 1e-6);
}

TEST(Ada, ItsNumbersAreThoseOfAPlainLoop) {
  // Of a black image only brightness and contrast are seen, and luma flip: the grey axis' other way.
  const Tensor black = torch::zeros({50, 3, 2, 2}, at::kDouble);
  const Tensor seen = ada({"color"})->apply(black, 0.6, 5).select(1, 0).select(1, 0).select(1, 0);
  for (std::int64_t n = 0; n < 50; ++n) {
    Random random(stream_seed(5, "color", static_cast<std::uint64_t>(n)));
    const auto normal = [&] {
      const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
      return radius * std::cos(2 * M_PI * random.uniform());
    };
    const double light = normal() * 0.2, contrast = std::exp2(normal() * 0.5);
    const bool flip = random.below(2) == 1;
    random.uniform(), normal();  // hue and saturation
    double expected = random.uniform() < 0.6 ? light : 0;
    if (random.uniform() < 0.6) expected *= contrast;
    if (random.uniform() < 0.6 && flip) expected = -expected;
    EXPECT_NEAR(seen[n].item<double>(), expected, 1e-6) << n;
  }
}

TEST(Ada, ColoursOfGreyStayGrey) {
  const Tensor grey = test::normal({50, 1, 4, 4}, 1, at::kFloat), rgb = grey.repeat({1, 3, 1, 1});
  const auto color = ada({"color"});
  const Tensor one = color->apply(grey, 1, 7), three = color->apply(rgb, 1, 7);
  EXPECT_LT(test::distance(three.select(1, 0), three.select(1, 2)), 1e-4)
      << "hue and saturation turn about the grey axis";
  EXPECT_LT(test::distance(three.mean(1), one.select(1, 0)), 1e-4);
}

TEST(Ada, OtherChannelsAreEachTreatedAsGrey) {
  const Tensor x = test::normal({50, 5, 4, 4}, 1, at::kFloat);
  const auto color = ada({"color"});
  const Tensor all = color->apply(x, 1, 7);
  EXPECT_EQ(all.sizes(), x.sizes());
  for (const int channel : {0, 4}) {
    const Tensor one = color->apply(x.slice(1, channel, channel + 1).contiguous(), 1, 7);
    EXPECT_LT(test::distance(all.slice(1, channel, channel + 1), one), 1e-4);
  }
}

TEST(Ada, IsDifferentiableTwice) {
  const auto all = ada();
  test::expect_second_derivatives([&](const test::Tensors& t) { return all->apply(t[0], 0.8, 9).pow(3); },
                                  {test::normal({3, 3, 4, 4})});
}

TEST(AdaptiveProbability, FollowsItsRule) {
  AdaptiveProbability p(0.6, 1000);
  const Tensor sure = torch::tensor({2.0, 1.0, 3.0, 0.5, 1.0}), unsure = torch::tensor({-2.0, 1.0, 3.0, 0.5, 1.0});
  for (int i = 0; i < 3; ++i) p.observe(sure);
  EXPECT_EQ(p.value(), 0) << "it moves at every fourth update";
  p.observe(sure);
  EXPECT_DOUBLE_EQ(p.value(), 20 / 1000.0);
  for (int i = 0; i < 2; ++i) p.observe(sure);
  AdaptiveProbability resumed(0.6, 1000);
  resumed.load_state(p.state());
  for (int i = 0; i < 2; ++i) p.observe(sure), resumed.observe(sure);
  EXPECT_DOUBLE_EQ(p.value(), 0.04);
  EXPECT_EQ(resumed.value(), p.value());
  for (int i = 0; i < 4; ++i) p.observe(unsure);
  EXPECT_DOUBLE_EQ(p.value(), 0.04) << "a mean sign of 0.6 is the target itself";
  for (int i = 0; i < 16; ++i) p.observe(-sure);
  EXPECT_EQ(p.value(), 0) << "never below 0";
}

TEST(AdaptiveProbability, SaysBeforeAnUpdateWhatItMovesWith) {
  AdaptiveProbability p(0.6, 1000);
  const Tensor sure = torch::ones({5});
  const Tensor place = p.probability();
  for (int i = 0; i < 12; ++i) {
    auto ahead = p;
    EXPECT_EQ(ahead.moves_with(5), i % 4 == 3 ? 20 : -1) << i;
    EXPECT_EQ(ahead.counts(5), i % 4 == 3) << i;
    const double before = p.value();
    p.observe(sure);
    EXPECT_EQ(p.value() != before, i % 4 == 3) << i;
    EXPECT_EQ(ahead.counted().images, p.counted().images);
    EXPECT_EQ(ahead.counted().updates, p.counted().updates);
  }
  EXPECT_EQ(place.item<double>(), p.value()) << "it is changed where it lies";
}

}  // namespace
}  // namespace ganymede::augment
