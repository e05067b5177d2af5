#include "ganymede/image/series.h"

#include <cmath>
#include <limits>

#include "support/support.h"

namespace ganymede::image {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnbounded = std::numeric_limits<double>::infinity();

TEST(Polylines, BreakAtValuesThatAreNotFinite) {
  const Series series{"a", {0, 1, 2, 3, 4, 5, 6, 7}, {1, 1, kMissing, 2, 2, kUnbounded, 3, 1e200}};
  const auto lines = polylines(series, {0, 8, 0, 800}, {0, 4, 100, 0});
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].size(), 2u);
  EXPECT_EQ(lines[1].size(), 2u);
  ASSERT_EQ(lines[2].size(), 1u);
  EXPECT_DOUBLE_EQ(lines[2][0].x, 600);
  EXPECT_DOUBLE_EQ(lines[2][0].y, 25);
}

TEST(Polylines, IgnorePointsWithoutAPartner) {
  EXPECT_EQ(polylines({"a", {0, 1, 2}, {5}}, {}, {}).at(0).size(), 1u);
  EXPECT_TRUE(polylines({"a", {}, {1, 2}}, {}, {}).empty());
}

TEST(Polylines, KeepEveryPointOfShortSeries) {
  Series series{"a", {}, {}};
  for (int i = 0; i < 100; ++i) {
    series.x.push_back(i);
    series.y.push_back(i % 7);
  }
  const auto lines = polylines(series, {0, 100, 0, 800}, {0, 7, 0, 100});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].size(), 100u);
}

TEST(Polylines, KeepTheExtremesAndEndsOfLongSeries) {
  Series series{"a", {}, {}};
  for (int i = 0; i < 100'000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i == 54'321 ? 9 : i == 54'322 ? -9 : std::sin(i));
  }
  const auto lines = polylines(series, {0, 99'999, 0, 800}, {-10, 10, 0, 200});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_LE(lines[0].size(), 2 * 801u + 2);
  double lowest = 1e9, highest = -1e9, before = -1;
  for (const Point& point : lines[0]) {
    lowest = std::min(lowest, point.y), highest = std::max(highest, point.y);
    EXPECT_GE(point.x, before);
    before = point.x;
  }
  EXPECT_DOUBLE_EQ(highest, 190);
  EXPECT_DOUBLE_EQ(lowest, 10);
  EXPECT_DOUBLE_EQ(lines[0].front().x, 0);
  EXPECT_DOUBLE_EQ(lines[0].back().x, 800);
}

TEST(Smoothed, IsABiasCorrectedAverage) {
  const Series raw{"loss", {0, 1, 2, 3}, {4, kMissing, 2, 6}, true};
  const Series result = smoothed(raw, 0.5);
  EXPECT_EQ(result.name, "loss");
  EXPECT_FALSE(result.faint);
  EXPECT_DOUBLE_EQ(result.y[0], 4);
  EXPECT_TRUE(std::isnan(result.y[1]));
  EXPECT_DOUBLE_EQ(result.y[2], (0.25 * 4 + 0.5 * 2) / 0.75);
  EXPECT_DOUBLE_EQ(result.y[3], (0.125 * 4 + 0.25 * 2 + 0.5 * 6) / 0.875);
  EXPECT_EQ(smoothed({"a", {1, 2}, {3, 5}}, 0).y, (std::vector<double>{3, 5}));
}

}  // namespace
}  // namespace ganymede::image
