// Error bars: they hold the true value as often as they say.
#include "ganymede/quality/bootstrap.h"

#include <cmath>

#include "ganymede/core/generators.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/kernel_distance.h"
#include "ganymede/quality/mean_and_deviation.h"
#include "ganymede/quality/moments.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

/// Vectors of a skewed mixture, nothing like a Gaussian: features behind a rectifier.
Tensor population(std::int64_t n, std::int64_t width, std::uint64_t seed, double shift) {
  const auto generator = cpu_generator(seed);
  const Tensor mixing = at::randn({width, width}, cpu_generator(7)) / std::sqrt(static_cast<double>(width));
  return at::relu(at::matmul(at::randn({n, width}, generator), mixing) + shift);
}

/// `n` rows of a population, sampled with replacement.
Tensor resample(const Tensor& all, std::int64_t n, std::uint64_t seed) {
  return all.index_select(0, at::randint(all.size(0), {n}, cpu_generator(seed), at::dtype(at::kLong)));
}

bool holds(const Interval& interval, double value) {
  return interval.low <= value && value <= interval.high;
}

TEST(Bootstrap, CountsAddUpAndComeFromTheSeed) {
  const BootstrapOptions options{.resamples = 30, .seed = 3};
  const Tensor counts = resampled_counts(50, options, "x");
  EXPECT_EQ(counts.sizes(), (std::vector<std::int64_t>{50, 30}));
  EXPECT_TRUE(at::equal(counts.sum(0), at::full({30}, 50.0, at::kDouble)));
  EXPECT_TRUE(at::equal(counts, resampled_counts(50, options, "x")));
  EXPECT_FALSE(at::equal(counts, resampled_counts(50, options, "y")));
}

/// 100 repeated samples of 300 images of each set; the true values are those of the whole populations.
TEST(Bootstrap, HoldsTheTrueValueInNinetyToNinetyNineOfAHundred) {
  const Tensor real = population(20'000, 8, 1, 0), fake = population(20'000, 8, 2, 0.25);
  const double frechet = frechet_distance(moments_of(real), moments_of(fake));
  const double kernel = kernel_distance(real, fake, {.subsets = 20, .subset = 3000}).mean;
  int of_frechet = 0, of_kernel = 0, uncorrected = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Tensor a = resample(real, 300, 1000 + i), b = resample(fake, 300, 5000 + i);
    const BootstrapOptions options{.resamples = 100, .seed = i};
    const auto resamples = bootstrapped_frechet(a, b, options);
    of_frechet += holds(frechet_interval(frechet_distance(moments_of(a), moments_of(b)), resamples), frechet);
    uncorrected += holds(quantile_interval(resamples), frechet);
    of_kernel += holds(quantile_interval(bootstrapped_kernel(a, b, options)), kernel);
  }
  EXPECT_GE(of_frechet, 90);
  EXPECT_LE(of_frechet, 99);
  EXPECT_GE(of_kernel, 90);
  EXPECT_LE(of_kernel, 99);
  EXPECT_LT(uncorrected, of_frechet) << "draws from draws are too large twice";
}

TEST(Bootstrap, OfAHeavierSetMovesBothEnds) {
  const Tensor real = population(400, 4, 1, 0), fake = population(400, 4, 2, 0.5);
  const auto metrics = prdc(real, fake, 5);
  std::vector<double> precision, coverage;
  for (const auto& resampled : bootstrapped_prdc(real, fake, 5, {.resamples = 60})) {
    precision.push_back(resampled.precision);
    coverage.push_back(resampled.coverage);
  }
  const auto bars = normal_interval(metrics.precision, precision);
  EXPECT_LT(bars.low, metrics.precision);
  EXPECT_GT(bars.high, metrics.precision);
  EXPECT_LT(bars.high - bars.low, 0.3);
  EXPECT_GT(mean_and_deviation(coverage).deviation, 0);
}

TEST(Bootstrap, OneWeightEachIsThePlainDistance) {
  const Tensor a = population(200, 5, 1, 0), b = population(300, 5, 2, 0.3);
  const double plain = frechet_distance(moments_of(a), moments_of(b));
  EXPECT_NEAR(mean_and_deviation(bootstrapped_frechet(a, b, {.resamples = 200})).mean, plain, 0.5 * plain);
  EXPECT_THAT(error_of([&] { bootstrapped_frechet(a, population(20, 4, 1, 0), {.resamples = 20}); }),
              HasSubstr("width 5 in one set and 4"));
}

TEST(FrechetAtInfinity, IsNearerToTheTruthThanTheValue) {
  const Tensor real = population(20'000, 16, 1, 0), fake = population(20'000, 16, 2, 0.1);
  const double truth = frechet_distance(moments_of(real), moments_of(fake));
  double off = 0, value_off = 0;
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Tensor a = resample(real, 300, i), b = resample(fake, 300, 100 + i);
    off += (frechet_at_infinity(a, b, i) - truth) / 10;
    value_off += (frechet_distance(moments_of(a), moments_of(b)) - truth) / 10;
  }
  EXPECT_LT(std::abs(off), 0.5 * std::abs(value_off));
  EXPECT_GT(value_off, 0);
  EXPECT_THAT(error_of([&] { frechet_at_infinity(real.slice(0, 0, 20), fake, 0); }),
              HasSubstr("20 images are too few to extrapolate"));
}

}  // namespace
}  // namespace ganymede::quality
