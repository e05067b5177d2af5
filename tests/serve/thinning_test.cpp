#include "ganymede/serve/thinning.h"

#include <cmath>

#include "support/support.h"

namespace ganymede::serve {
namespace {

TEST(Thinning, AShortColumnStays) {
  EXPECT_EQ(thinned({3, 1, 2}, 3), (std::vector<double>{3, 1, 2}));
  EXPECT_EQ(thinned({}, 10), std::vector<double>());
}

TEST(Thinning, NoPeakIsLost) {
  std::vector<double> column(100'000, 0.5);
  column[77'777] = 9;
  column[5] = -9;
  const auto few = thinned(column, 200);
  EXPECT_EQ(few.size(), 200u);
  EXPECT_THAT(few, testing::Contains(9.0));
  EXPECT_EQ(few[0], 0.5) << "the least and the greatest stand in their order";
  EXPECT_EQ(few[1], -9);
}

TEST(Thinning, StepsStaySorted) {
  std::vector<double> steps(1000);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = static_cast<double>(i);
  const auto few = thinned(steps, 64);
  EXPECT_TRUE(std::is_sorted(few.begin(), few.end()));
  EXPECT_EQ(few.front(), 0);
  EXPECT_EQ(few.back(), 999);
}

TEST(Thinning, EmptyCells) {
  std::vector<double> column(10, NAN);
  column[9] = 4;
  const auto few = thinned(column, 4);
  ASSERT_EQ(few.size(), 4u);
  EXPECT_TRUE(std::isnan(few[0]) && std::isnan(few[1]));
  EXPECT_EQ(few[2], 4);
  EXPECT_EQ(few[3], 4);
}

}  // namespace
}  // namespace ganymede::serve
