#include "ganymede/image/axis.h"

#include <cmath>
#include <limits>

#include "support/support.h"

namespace ganymede::image {
namespace {

using testing::ElementsAre;

std::vector<std::string> labels(double low, double high, int most, bool whole = false) {
  std::vector<std::string> result;
  for (const Tick& tick : ticks(low, high, most, whole)) result.push_back(tick.label);
  return result;
}

TEST(Ticks, AreRound) {
  EXPECT_THAT(labels(0, 1, 5), ElementsAre("0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(-1.3, 2.7, 5), ElementsAre("-1", "0", "1", "2"));
  EXPECT_THAT(labels(0.31, 0.36, 5), ElementsAre("0.31", "0.32", "0.33", "0.34", "0.35", "0.36"));
  EXPECT_THAT(labels(0, 2000, 4), ElementsAre("0", "500", "1000", "1500", "2000"));
}

TEST(Ticks, ShortenLargeAndSmallNumbers) {
  EXPECT_THAT(labels(0, 20000, 4), ElementsAre("0", "5k", "10k", "15k", "20k"));
  EXPECT_THAT(labels(10000, 12000, 4), ElementsAre("10.0k", "10.5k", "11.0k", "11.5k", "12.0k"));
  EXPECT_THAT(labels(0, 3e6, 3), ElementsAre("0", "1M", "2M", "3M"));
  EXPECT_THAT(labels(0, 4e9, 2), ElementsAre("0", "2G", "4G"));
  EXPECT_THAT(labels(0, 4e-6, 2), ElementsAre("0", "2e-6", "4e-6"));
  EXPECT_THAT(labels(0, 3e15, 3), ElementsAre("0", "1e15", "2e15", "3e15"));
}

TEST(Ticks, MayBeWholeNumbersOnly) {
  EXPECT_THAT(labels(0, 2, 7, true), ElementsAre("0", "1", "2"));
}

TEST(Ticks, StayFewAndInsideForAnyRange) {
  for (double size = 1e-90; size < 1e95; size *= 7.3) {
    for (const double shift : {-1.0, -0.37, 0.0, 0.9}) {
      const double low = shift * size, high = low + size;
      const std::vector<Tick> found = ticks(low, high, 6);
      EXPECT_GE(found.size(), 2u) << low << " " << high;
      EXPECT_LE(found.size(), 8u);
      for (const Tick& tick : found) {
        EXPECT_GE(tick.value, low - 1e-6 * size);
        EXPECT_LE(tick.value, high + 1e-6 * size);
      }
    }
  }
}

TEST(Widen, GivesEveryRangeRoom) {
  const auto widened = [](double low, double high, bool from_zero = true) {
    widen(low, high, 0.1, from_zero);
    return std::pair{low, high};
  };
  EXPECT_EQ(widened(1, 10), (std::pair{0.0, 10.9}));
  EXPECT_EQ(widened(5, 10), (std::pair{4.5, 10.5}));
  EXPECT_EQ(widened(-10, 10), (std::pair{-12.0, 12.0}));
  EXPECT_EQ(widened(0, 0), (std::pair{-1.0, 1.0}));
  EXPECT_EQ(widened(10, 10), (std::pair{9.0, 11.0}));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(widened(kInfinity, -kInfinity).first, 0);  // nothing was seen
}

}  // namespace
}  // namespace ganymede::image
