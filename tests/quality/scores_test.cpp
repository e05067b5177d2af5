// KID and the inception score against closed forms and plain loops.
#include <cmath>

#include "ganymede/core/generators.h"
#include "ganymede/quality/inception_score.h"
#include "ganymede/quality/kernel_distance.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using testing::HasSubstr;

Tensor generated_features(std::int64_t n, std::uint64_t seed, double shift = 0) {
  return at::empty({n, 5}).normal_(shift, 1, cpu_generator(seed));
}

TEST(KernelDistance, OfOneSubsetOfAllIsThePlainEstimate) {
  const Tensor x = generated_features(40, 1), y = generated_features(40, 2, 0.5);
  const auto k = [](const Tensor& a, const Tensor& b) { return std::pow((a * b).sum().item<double>() / 5 + 1, 3); };
  double within = 0, across = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    for (std::int64_t j = 0; j < 40; ++j) {
      if (i != j) within += k(x[i], x[j]) + k(y[i], y[j]);
      across += k(x[i], y[j]);
    }
  }
  const double expected = within / (40 * 39) - 2 * across / (40 * 40);
  const auto kid = kernel_distance(x, y, {.subsets = 3, .subset = 40});
  EXPECT_NEAR(kid.mean, expected, 1e-5 * std::abs(expected));
  EXPECT_TRUE(std::isnan(kid.deviation)) << "every subset is the whole: there is only one";
}

TEST(KernelDistance, OfEqualDistributionsIsAboutNothingAndGrowsWithTheShift) {
  const Tensor real = generated_features(2000, 1);
  const KernelDistanceOptions options{.subsets = 50, .subset = 200};
  const auto same = kernel_distance(real, real, options),
             other = kernel_distance(real, generated_features(2000, 9, 0.3), options);
  EXPECT_LT(std::abs(same.mean), same.deviation);
  EXPECT_GT(other.mean, 5 * same.deviation);
  EXPECT_EQ(kernel_distance(real, real, options).mean, same.mean) << "the same seed draws the same subsets";
}

TEST(KernelDistance, RefusesWhatCannotBeCompared) {
  EXPECT_THAT(test::error_of([] { kernel_distance(generated_features(999, 1), generated_features(2000, 2)); }),
              HasSubstr("999 images are too few for KID's subsets of 1000"));
  EXPECT_THAT(test::error_of([] { kernel_distance(generated_features(9, 1), at::zeros({9, 4})); }),
              HasSubstr("width 5 in one set and 4"));
}

TEST(InceptionScore, IsOneForOneOpinionAndTheClassesForSureOnes) {
  EXPECT_NEAR(inception_score(at::zeros({100, 4})).mean, 1, 1e-12);
  const Tensor sure = at::one_hot(at::arange(4000).remainder(4), 4).to(at::kFloat) * 1000;
  const auto score = inception_score(sure);
  EXPECT_NEAR(score.mean, 4, 0.05);  // splits are not quite balanced
  EXPECT_LE(score.mean, 4);
}

TEST(InceptionScore, ComparesAnImageWithItsSplit) {
  // Two images of two classes in each of the ten splits, of twenty classes in all.
  const Tensor sure = at::eye(20).to(at::kFloat) * 1000;
  EXPECT_NEAR(inception_score(sure).mean, 2, 1e-6);
}

TEST(InceptionScore, OfTwoKindsOfImages) {
  // p(y|x) is (0.9, 0.1) or (0.1, 0.9), half of each: KL to (0.5, 0.5).
  const Tensor kind = at::arange(20000).remainder(2).to(at::kDouble).unsqueeze(1);
  const Tensor p = at::cat({0.1 + 0.8 * kind, 0.9 - 0.8 * kind}, 1);
  const double expected = std::exp(0.9 * std::log(1.8) + 0.1 * std::log(0.2));
  EXPECT_NEAR(inception_score(p.log()).mean, expected, 2e-3);
}

TEST(InceptionScore, RefusesTooLittle) {
  EXPECT_THAT(test::error_of([] { inception_score(at::zeros({9, 4})); }),
              HasSubstr("9 images and 4 classes are too few"));
  EXPECT_THAT(test::error_of([] { inception_score(at::full({20, 4}, std::nan(""))); }),
              HasSubstr("not a finite number"));
}

}  // namespace
}  // namespace ganymede::quality
