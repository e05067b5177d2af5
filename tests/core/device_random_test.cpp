#include "ganymede/core/device_random.h"

#include <cmath>

#include "ganymede/core/random.h"
#include "support/support.h"

namespace ganymede {
namespace {

constexpr std::uint64_t kSeeds[] = {0, 1, 0x8000000000000000ull, 0xFFFFFFFFFFFFFFF0ull, 0x123456789ABCDEFull};

const RandomSource kComputed = RandomSource::computed_on(torch::kCPU);

std::uint64_t bits_at(const Tensor& bits, std::int64_t i) {
  return static_cast<std::uint64_t>(bits.data_ptr<std::int64_t>()[i]);
}

double average(const Tensor& x) {
  return x.to(at::kDouble).mean().item<double>();
}

TEST(DeviceRandom, BitsAreThoseOfAPlainLoop) {
  for (const std::uint64_t seed : kSeeds) {
    const Tensor bits = random_bits(seed, 1000, torch::kCPU), seeds = stream_seeds(seed, "blit", 1000, torch::kCPU);
    Random random(seed);
    for (std::int64_t i = 0; i < 1000; ++i) {
      ASSERT_EQ(bits_at(bits, i), random.next()) << seed << " " << i;
      ASSERT_EQ(bits_at(seeds, i), stream_seed(seed, "blit", static_cast<std::uint64_t>(i))) << seed << " " << i;
    }
  }
}

TEST(DeviceRandom, EveryStepHasItsOwnNumbers) {
  const auto numbers = [](std::int64_t step) {
    const Tensor place = at::scalar_tensor(step, at::kLong);
    const StepNumberScope scope(place);
    return at::stack({random_bits(7, 100, torch::kCPU), stream_seeds(7, "blit", 100, torch::kCPU)});
  };
  EXPECT_TRUE(numbers(3).equal(numbers(3)));
  for (const std::int64_t step : {0, 1, 2, 1 << 20})
    EXPECT_EQ(numbers(3).eq(numbers(step)).sum().item<int>(), 0) << step;
  const Tensor outside = random_bits(7, 100, torch::kCPU);
  {
    const Tensor one = at::scalar_tensor(1, at::kLong), two = at::scalar_tensor(2, at::kLong);
    const StepNumberScope outer(one);
    const Tensor in_outer = random_bits(7, 100, torch::kCPU);
    {
      const StepNumberScope inner(two);
      EXPECT_FALSE(random_bits(7, 100, torch::kCPU).equal(in_outer));
    }
    EXPECT_TRUE(random_bits(7, 100, torch::kCPU).equal(in_outer));
  }
  EXPECT_TRUE(random_bits(7, 100, torch::kCPU).equal(outside));
}

TEST(DeviceRandom, NumbersAreThoseOfAPlainLoop) {
  for (const std::uint64_t seed : kSeeds) {
    const Tensor bits = random_bits(seed, 1000, torch::kCPU), uniform = uniform_of(bits);
    Random random(seed);
    for (std::int64_t i = 0; i < 1000; ++i)
      ASSERT_EQ(uniform.data_ptr<double>()[i], random.uniform()) << seed << " " << i;
    for (const std::uint64_t bound : {1ull, 2ull, 5ull, 1000ull, 0x7FFFFFFFull}) {
      const Tensor below = below_of(bits, static_cast<std::int64_t>(bound));
      Random again(seed);
      for (std::int64_t i = 0; i < 1000; ++i) ASSERT_EQ(bits_at(below, i), again.below(bound)) << seed << " " << bound;
    }
  }
}

TEST(DeviceRandom, NormalNumbersAreBoxAndMullers) {
  const Tensor bits = random_bits(7, 1000, torch::kCPU), normal = normal_of(bits);
  for (std::int64_t i = 0; i < 1000; ++i) {
    const double above_zero = static_cast<double>((bits_at(bits, i) >> 24) + 1) * 0x1.0p-40;
    const double turn = static_cast<double>(bits_at(bits, i) & 0xFFFFFF) * 0x1.0p-24;
    const double expected = std::sqrt(-2 * std::log(above_zero)) * std::cos(2 * M_PI * turn);
    ASSERT_NEAR(normal.data_ptr<float>()[i], expected, 1e-5) << i;
  }
  const Tensor extremes = normal_of(torch::tensor({std::int64_t{0}, std::int64_t{-1}}, at::kLong));
  EXPECT_NEAR(extremes[0].item<double>(), std::sqrt(80 * std::log(2)), 1e-4) << "the largest there is";
  EXPECT_EQ(extremes[1].item<double>(), 0);
}

TEST(DeviceRandom, MomentsAreTheDistributions) {
  constexpr std::int64_t n = 1 << 20;
  const double error = 5 / std::sqrt(static_cast<double>(n));  // five standard deviations of a mean of unit variance
  const Tensor u = kComputed.uniform({n}, -1, 1, 3), z = kComputed.normal({n}, 3);
  EXPECT_NEAR(average(u), 0, error);
  EXPECT_NEAR(average(u.square()), 1.0 / 3, error);
  EXPECT_GE(u.min().item<double>(), -1);
  EXPECT_LT(u.max().item<double>(), 1);
  EXPECT_NEAR(average(z), 0, error);
  EXPECT_NEAR(average(z.square()), 1, 2 * error);
  EXPECT_NEAR(average(z.pow(3)), 0, 4 * error);
  EXPECT_NEAR(average(z.pow(4)), 3, 10 * error);
  const Tensor k = kComputed.integers({n}, 5, 3);
  for (int value = 0; value < 5; ++value) EXPECT_NEAR(average(k == value), 0.2, error);
}

TEST(DeviceRandom, NeighboursAreIndependent) {
  const Tensor z = kComputed.normal({1 << 20}, 11);
  for (const std::int64_t lag : {1, 2, 3, 4, 16, 64, 4096}) {
    const std::int64_t n = z.numel() - lag;
    EXPECT_NEAR(average(z.narrow(0, 0, n) * z.narrow(0, lag, n)), 0, 5 / std::sqrt(static_cast<double>(n))) << lag;
  }
}

TEST(DeviceRandom, AnElementDependsOnItsSeedAndIndexAlone) {
  const Tensor many = kComputed.normal({40, 25}, 5), few = kComputed.normal({7}, 5);
  EXPECT_TRUE(many.flatten().slice(0, 0, 7).equal(few));
  EXPECT_TRUE(many.equal(kComputed.normal({40, 25}, 5)));
  EXPECT_FALSE(many.equal(kComputed.normal({40, 25}, 6)));
}

TEST(RandomSource, OnTheCpuAreLibTorchs) {
  const RandomSource usual(torch::kCPU);
  EXPECT_FALSE(usual.computed());
  EXPECT_TRUE(RandomSource(torch::Device(torch::kCUDA, 0)).computed());
  const auto generator = [] { return at::make_generator<at::CPUGeneratorImpl>(9); };
  EXPECT_TRUE(usual.normal({4, 5}, 9).equal(at::randn({4, 5}, generator())));
  EXPECT_TRUE(usual.uniform({4, 5}, 0, 1, 9).equal(at::rand({4, 5}, generator())));
  EXPECT_TRUE(usual.integers({6}, 10, 9).equal(at::randint(10, {6}, generator(), at::dtype(at::kLong))));
}

}  // namespace
}  // namespace ganymede
