#include "ganymede/quality/sort_floats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ganymede/core/random.h"

namespace ganymede::quality {
namespace {

std::vector<float> sorted(std::vector<float> values) {
  std::vector<float> room(values.size());
  sort_floats(values, room);
  return values;
}

TEST(SortFloats, AsByComparing) {
  Random random(3);
  for (const std::size_t count : {0, 1, 2, 3, 255, 256, 257, 10'000}) {
    std::vector<float> values(count);
    // Over all magnitudes, some of them equal.
    for (float& value : values) {
      const auto magnitude = static_cast<int>(random.below(60)) - 30;
      value = std::ldexp(static_cast<float>(static_cast<int>(random.below(200)) - 100), magnitude);
    }
    const auto found = sorted(values);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(found, values) << count;
  }
}

TEST(SortFloats, EndsAndZeros) {
  constexpr float kEnd = std::numeric_limits<float>::infinity(), kLeast = std::numeric_limits<float>::denorm_min();
  const auto found = sorted({kEnd, 0.0f, -0.0f, -kLeast, kLeast, -kEnd, -1.0f, 1.0f});
  EXPECT_EQ(found, (std::vector<float>{-kEnd, -1.0f, -kLeast, -0.0f, 0.0f, kLeast, 1.0f, kEnd}));
  EXPECT_TRUE(std::signbit(found[3]) && !std::signbit(found[4]));
}

}  // namespace
}  // namespace ganymede::quality
