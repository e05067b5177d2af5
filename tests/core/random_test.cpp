#include "ganymede/core/random.h"

#include <cmath>
#include <set>

#include "support/support.h"

namespace ganymede {
namespace {

TEST(Mix64, IsSplitMix64) {
  // The first outputs of Vigna's splitmix64.c from state 0 and 1234567.
  EXPECT_EQ(mix64(0), 0xE220A8397B1DCDAFull);
  EXPECT_EQ(mix64(1234567), 6457827717110365317ull);
}

TEST(StreamSeed, DiffersByEveryPart) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const char* name : {"data", "latent", "dropout", "init", "augment", "atad"}) {
      for (std::uint64_t position = 0; position < 50; ++position) seen.insert(stream_seed(seed, name, position));
    }
  }
  EXPECT_EQ(seen.size(), 20u * 6 * 50);
  EXPECT_EQ(stream_seed(3, "data", 4), stream_seed(3, "data", 4));
  EXPECT_NE(stream_seed(0, ""), stream_seed(0, "", 1));
}

TEST(StreamSeed, IsForever) {
  // Every run's bytes depend on it: a change here breaks resuming of old runs.
  static_assert(stream_seed(0, "data") == 0x301068FE0A937911ull);
  EXPECT_EQ(Random(1).next(), mix64(1));
}

TEST(Random, UniformHasTheMomentsOfOne) {
  Random random(stream_seed(1, "test"));
  const int n = 100'000;
  double sum = 0, squares = 0, low = 2, high = -1;
  for (int i = 0; i < n; ++i) {
    const double x = random.uniform();
    sum += x, squares += x * x;
    low = std::min(low, x), high = std::max(high, x);
  }
  EXPECT_GE(low, 0.0);
  EXPECT_LT(high, 1.0);
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
  const double y = random.uniform(-3, -2);
  EXPECT_TRUE(y >= -3 && y < -2);
}

TEST(Random, BelowIsEvenAndInBounds) {
  Random random(7);
  std::vector<int> counts(10);
  const int n = 100'000;
  for (int i = 0; i < n; ++i) ++counts.at(random.below(10));
  double chi = 0;
  for (const int count : counts) chi += (count - n / 10.0) * (count - n / 10.0) / (n / 10.0);
  EXPECT_LT(chi, 40) << "chi squared of 9 degrees";
  EXPECT_EQ(random.below(1), 0u);
  const std::uint64_t half = std::uint64_t{1} << 63;
  bool large = false;
  for (int i = 0; i < 100; ++i) large = large || random.below(half) > half / 2;
  EXPECT_TRUE(large);
}

}  // namespace
}  // namespace ganymede
