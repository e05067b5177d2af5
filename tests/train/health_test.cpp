// The measures of a step's health, and what the monitor makes of them.
#include "ganymede/train/health.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ganymede/models/initialise.h"
#include "support/recipes.h"

namespace ganymede::train {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

SeenBatch batch(const Tensor& real, const Tensor& fake) {
  return {real, fake, {}, {}, at::ones({real.size(0)}), at::zeros({fake.size(0)})};
}

TEST(HealthMeasures, DiversityIsInPartsOfTheRealImages) {
  torch::manual_seed(1);
  const Tensor real = at::randn({64, 3, 8, 8}).mul(0.3).clamp(-0.9, 0.9);
  EXPECT_NEAR(measure_health(batch(real, real.flip(0))).diversity, 1, 1e-6);
  EXPECT_NEAR(measure_health(batch(real, real * 0.25)).diversity, 0.25, 1e-6);
  // A great deal of detail that is the same in each image is no diversity.
  EXPECT_NEAR(measure_health(batch(real, real.slice(0, 0, 1).expand_as(real))).diversity, 0, 1e-6);
}

TEST(HealthMeasures, DiversityOfAClassIsAroundItsOwnMean) {
  torch::manual_seed(2);
  const Tensor labels = at::arange(60, at::kLong).remainder(6);
  const Tensor of_class = at::randn({6, 1, 4, 4}).index_select(0, labels);
  const Tensor noise = at::randn({60, 1, 4, 4});
  SeenBatch seen = batch((0.4 * of_class + 0.2 * noise).clamp(-0.97, 0.97), (0.4 * of_class).clamp(-0.97, 0.97));
  seen.labels_real = seen.labels_fake = labels;
  const auto found = measure_health(seen);
  EXPECT_NEAR(found.class_diversity, 0, 1e-6) << "one image a class";
  EXPECT_GT(found.diversity, 0.6) << "though the classes differ";
  seen.fake = seen.real;
  EXPECT_NEAR(measure_health(seen).class_diversity, 1, 1e-6);
  EXPECT_TRUE(std::isnan(measure_health(batch(seen.real, seen.fake)).class_diversity)) << "no classes";
  EXPECT_FALSE(health_values(measure_health(batch(seen.real, seen.fake))).contains("class_diversity"));
}

TEST(HealthMeasures, NoiseFromPixelToPixelIsDetailAndNoDiversity) {
  torch::manual_seed(4);
  const Tensor coarse = at::randn({32, 3, 4, 4}).mul(0.3).clamp(-0.6, 0.6);
  const Tensor smooth = coarse.repeat_interleave(4, 2).repeat_interleave(4, 3);
  const Tensor fine = at::ones({16, 16}).triu().mul(2).sub(1).mul(0.01);
  const Tensor noise = at::randint(0, 2, {32, 3, 16, 16}).to(at::kFloat).mul(0.2).sub(0.1);
  const auto found = measure_health(batch(smooth + fine, smooth + noise));
  EXPECT_GT(found.detail, 4);
  EXPECT_NEAR(found.diversity, 1, 0.05);
  EXPECT_LT(measure_health(batch(smooth + noise, smooth * 0 + noise)).diversity, 0.15);
  EXPECT_NEAR(measure_health(batch(smooth + noise, smooth + 0.5 * noise)).detail, 0.5, 1e-3);
  EXPECT_TRUE(std::isnan(measure_health(batch(at::randn({4, 1, 1, 1}), at::randn({4, 1, 1, 1}))).detail));
}

TEST(HealthMeasures, FeaturesAreWhatTheLastLayerSees) {
  torch::manual_seed(5);
  const Tensor images = at::randn({6, 3, 8, 8}).clamp(-1, 1);
  const auto config = test::network_of(
      "{ conv = 4, kernel = 3, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, "
      "\"flatten\", { dense = 1 }");
  models::Network network(config, {3, 8, 8});
  models::initialise(network, config, 1, "discriminator");
  const Tensor features = last_features(network, images, {});
  ASSERT_EQ(features.sizes(), (at::IntArrayRef{6, 64}));
  nn::ForwardContext context;
  const auto state = network.parameters();
  const Tensor scores = at::linear(features, state[state.size() - 2].tensor, state.back().tensor);
  EXPECT_LT((scores - network.forward(images, context)).abs().max().item<double>(), 1e-5);
  SeenBatch seen = batch(images, images.flip(0));
  EXPECT_TRUE(std::isnan(measure_health(seen).feature_diversity));
  seen.features_real = features, seen.features_fake = 0.25 * features;
  EXPECT_NEAR(measure_health(seen).feature_diversity, 0.25, 1e-6);
}

TEST(HealthMeasures, SaturationIsWhatTheRealImagesDoNotHave) {
  const Tensor half = at::cat({at::ones({4, 1, 2, 2}), at::zeros({4, 1, 2, 2})});
  EXPECT_NEAR(measure_health(batch(half, at::full({8, 1, 2, 2}, -1.0))).saturation, 0.5, 1e-6);
  EXPECT_NEAR(measure_health(batch(half, half)).saturation, 0, 1e-6) << "black and white images are no fault";
}

TEST(HealthMeasures, SeparationIsTheShareOfPairsInOrder) {
  torch::manual_seed(3);
  const Tensor images = at::randn({4, 1, 2, 2});
  SeenBatch seen = batch(images, images);
  seen.scores_real = torch::tensor({1.0F, 2.0F, 3.0F, 4.0F});
  seen.scores_fake = torch::tensor({0.0F, 2.0F, 2.5F, 9.0F});
  // Of 16 pairs: 4 + (0.5 + 2) + 2 + 0.
  EXPECT_NEAR(measure_health(seen).separation, 8.5 / 16, 1e-6);
  seen.scores_fake = at::full({4}, -100.0);
  EXPECT_EQ(measure_health(seen).separation, 1);
}

/// A healthy step's measures.
HealthMeasures healthy() {
  return {.diversity = 0.8,
          .class_diversity = kNone,
          .feature_diversity = 0.7,
          .detail = 1,
          .saturation = 0.02,
          .separation = 0.9,
          .grad_norm_g = 0.7};
}

/// What the monitor finds after `count` measures of `now`, ten steps apart, behind forty healthy ones.
std::optional<Finding> after_healthy(HealthMeasures now, int count = 10) {
  HealthMonitor monitor;
  std::uint64_t step = 0;
  for (int i = 0; i < 40; ++i) monitor.observe(step += 10, healthy());
  EXPECT_FALSE(monitor.finding().has_value());
  for (int i = 0; i < count; ++i) monitor.observe(step += 10, now);
  return monitor.finding();
}

TEST(HealthMonitor, NamesWhatIsWrong) {
  using Kind = Finding::Kind;
  const auto changed = [](double HealthMeasures::* member, double value) {
    HealthMeasures measures = healthy();
    measures.*member = value;
    return measures;
  };
  const std::pair<HealthMeasures, Kind> cases[] = {
      {changed(&HealthMeasures::diversity, 0.03), Kind::kCollapse},
      {changed(&HealthMeasures::class_diversity, 0.02), Kind::kClassCollapse},
      {changed(&HealthMeasures::saturation, 0.9), Kind::kSaturation},
      {changed(&HealthMeasures::grad_norm_g, 1e-7), Kind::kNoGradient},
  };
  for (const auto& [measures, kind] : cases) {
    const auto found = after_healthy(measures);
    ASSERT_TRUE(found.has_value()) << name_of(kind);
    EXPECT_EQ(found->kind, kind) << found->what;
    EXPECT_TRUE(found->collapsed());
    EXPECT_FALSE(found->what.empty() || found->hint.empty());
    EXPECT_GE(found->since, 400U - 40) << "it began with the measures that say so";
    EXPECT_LE(found->since, 440U);
  }
}

TEST(HealthMonitor, NoiseIsSaidWhenItLastsAndUntilItHasGone) {
  HealthMonitor monitor;
  std::uint64_t step = 0;
  const auto feed = [&](double detail, int count) {
    HealthMeasures measures = healthy();
    measures.detail = detail;
    for (int i = 0; i < count; ++i) monitor.observe(step += 10, measures);
  };
  feed(6, 14);
  EXPECT_FALSE(monitor.finding().has_value()) << "dense networks begin with noise";
  feed(6, 1);
  ASSERT_TRUE(monitor.finding().has_value());
  EXPECT_EQ(monitor.finding()->kind, Finding::Kind::kNoise);
  EXPECT_EQ(monitor.finding()->since, 10U);
  EXPECT_FALSE(monitor.finding()->collapsed()) << "no end to a training";
  feed(3.5, 20);
  EXPECT_TRUE(monitor.finding().has_value());
  feed(2.5, 10);
  EXPECT_FALSE(monitor.finding().has_value());
  feed(3.5, 20);
  EXPECT_FALSE(monitor.finding().has_value());
}

TEST(HealthMonitor, WhatBecomesACollapseIsSaidAgain) {
  HealthMonitor monitor;
  HealthMeasures bad = healthy();
  bad.detail = 6;
  for (std::uint64_t step = 10; step <= 200; step += 10) monitor.observe(step, bad);
  ASSERT_EQ(monitor.finding()->kind, Finding::Kind::kNoise);
  bad.diversity = 0;
  for (std::uint64_t step = 210; step <= 250; step += 10) monitor.observe(step, bad);
  EXPECT_EQ(monitor.finding()->kind, Finding::Kind::kCollapse);
  bad.diversity = 0.8;
  for (std::uint64_t step = 260; step <= 310; step += 10) monitor.observe(step, bad);
  EXPECT_EQ(monitor.finding()->kind, Finding::Kind::kCollapse) << "the images are no better for it";
}

TEST(HealthMonitor, ASingleStepSaysNothing) {
  HealthMeasures collapsed = healthy();
  collapsed.diversity = 0;
  EXPECT_FALSE(after_healthy(collapsed, 2).has_value());
  EXPECT_TRUE(after_healthy(collapsed, 5).has_value());
}

TEST(HealthMonitor, ImagesOfAYoungNetworkMayAllBeGrey) {
  HealthMonitor monitor;
  HealthMeasures grey = healthy();
  grey.diversity = 0.01;
  for (std::uint64_t step = 10; step < 300; step += 10) monitor.observe(step, grey);
  EXPECT_FALSE(monitor.finding().has_value());
  for (std::uint64_t step = 300; step < 400; step += 10) monitor.observe(step, grey);
  EXPECT_TRUE(monitor.finding().has_value()) << "but not for ever";
}

TEST(HealthMonitor, TellingEveryImageApartIsNoFaultWhereTheImagesAreDiverse) {
  // Critics of Wasserstein objectives do in healthy runs.
  HealthMeasures told = healthy();
  told.separation = 1;
  EXPECT_FALSE(after_healthy(told, 60).has_value());
  told.diversity = 0.2;
  EXPECT_FALSE(after_healthy(told, 20).has_value());
  const auto found = after_healthy(told, 40);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kind, Finding::Kind::kDiscriminatorWins);
  EXPECT_FALSE(found->collapsed());
}

TEST(HealthMonitor, ADiscriminatorThatIsSureOfAllIsSaidWithin200Steps) {
  HealthMeasures sure = healthy();
  sure.diversity = 0.14, sure.separation = 1;
  sure.output_real = 0.99999, sure.output_fake = 3e-6;
  HealthMonitor monitor;
  for (std::uint64_t step = 10; step <= 100; step += 10) monitor.observe(step, sure);
  ASSERT_TRUE(monitor.finding().has_value()) << "however young the networks are";
  EXPECT_EQ(monitor.finding()->kind, Finding::Kind::kDiscriminatorWins);
  HealthMonitor unsure;
  sure.output_fake = 0.02;
  for (std::uint64_t step = 10; step < 300; step += 10) unsure.observe(step, sure);
  EXPECT_FALSE(unsure.finding().has_value());
}

TEST(HealthMonitor, OutputsThatRunAwayAreSaid) {
  const auto found = [](double real, double fake, std::size_t values) {
    HealthMonitor monitor(values);
    HealthMeasures measures = healthy();
    measures.output_real = real, measures.output_fake = fake;
    for (std::uint64_t step = 10; step <= 50; step += 10) monitor.observe(step, measures);
    return monitor.finding();
  };
  ASSERT_TRUE(found(694, -718, 3 * 32 * 32).has_value());
  EXPECT_EQ(found(694, -718, 3 * 32 * 32)->kind, Finding::Kind::kRunaway);
  EXPECT_FALSE(found(694, -718, 3 * 32 * 32)->collapsed());
  EXPECT_FALSE(found(55, -55, 3 * 32 * 32).has_value()) << "as far apart as slopes of 1 can put two images";
  EXPECT_FALSE(found(30000, 29990, 3 * 32 * 32).has_value()) << "critics drift";
  EXPECT_FALSE(found(694, -718, 3 * 256 * 256).has_value()) << "larger images may be further apart";
}

TEST(HealthMonitor, RecoversAndKeepsTheFirstStepOfATrouble) {
  HealthMonitor monitor;
  std::uint64_t step = 0;
  const auto feed = [&](double diversity, int count) {
    HealthMeasures measures = healthy();
    measures.diversity = diversity;
    for (int i = 0; i < count; ++i) monitor.observe(step += 10, measures);
  };
  feed(0.8, 20);
  feed(0.01, 5);
  ASSERT_TRUE(monitor.finding().has_value());
  const auto since = monitor.finding()->since;
  feed(0.01, 30);
  EXPECT_EQ(monitor.finding()->since, since);
  feed(0.8, 5);
  EXPECT_FALSE(monitor.finding().has_value());
}

TEST(HealthMonitor, ShownTheSameItSaysTheSame) {
  HealthMonitor whole, resumed;
  HealthMeasures worse = healthy();
  worse.diversity = 0.05;
  for (std::uint64_t step = 10; step <= 400; step += 10) {
    whole.observe(step, step < 300 ? healthy() : worse);
    resumed.observe(step, step < 300 ? healthy() : worse);
    if (step == 320) {
      HealthMonitor again;
      for (std::uint64_t s = 10; s <= step; s += 10) again.observe(s, s < 300 ? healthy() : worse);
      resumed = again;
    }
  }
  ASSERT_TRUE(whole.finding().has_value());
  EXPECT_EQ(whole.finding()->since, resumed.finding()->since);
}

TEST(HealthFile, ReadsBackAndIsGoneWhereNothingIsWrong) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "health";
  std::filesystem::create_directories(folder);
  const Finding finding{Finding::Kind::kCollapse, 320, "all the same", "a smaller rate"};
  write_health(folder, finding);
  const auto found = read_health(folder);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kind, finding.kind);
  EXPECT_EQ(found->since, 320U);
  EXPECT_EQ(found->what + found->hint, "all the samea smaller rate");
  write_health(folder, std::nullopt);
  EXPECT_FALSE(read_health(folder).has_value());
  for (const char* damaged : {"", "{", "[]", R"({"finding": "nonsense", "since": 1, "what": "", "hint": ""})",
                              R"({"finding": "collapse", "since": "x", "what": "", "hint": ""})"}) {
    EXPECT_FALSE(parse_health(damaged).has_value()) << damaged;
  }
}

}  // namespace
}  // namespace ganymede::train
