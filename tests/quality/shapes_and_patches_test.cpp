// What needs no network: sliced Wasserstein distance and mode coverage.
#include <cmath>

#include "ganymede/quality/mode_coverage.h"
#include "ganymede/quality/sliced_wasserstein.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(LaplacianPyramid, OfAFlatImageIsNothingButItsLastLevel) {
  const auto levels = laplacian_pyramid(at::full({1, 3, 64, 64}, 7.0f));
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_LT(levels[0].abs().max().item<double>(), 1e-4);
  EXPECT_LT(levels[1].abs().max().item<double>(), 1e-4);
  EXPECT_TRUE(at::allclose(levels[2], at::full({1, 3, 16, 16}, 7.0f)));
}

TEST(LaplacianPyramid, StopsAtTheSmallestLevelAndAtOddSizes) {
  EXPECT_EQ(laplacian_pyramid(at::zeros({1, 1, 32, 32})).size(), 2u);
  EXPECT_EQ(laplacian_pyramid(at::zeros({1, 1, 28, 28})).size(), 1u);
  EXPECT_EQ(laplacian_pyramid(at::zeros({1, 1, 33, 64})).size(), 1u);
}

TEST(SlicedWassersteinDistance, IsSmallForOneDistributionAndGrowsWithTheDifference) {
  const auto a = sliced_wasserstein(*shapes_set(200), *shapes_set(200, {}, "test"));
  const auto b = sliced_wasserstein(*shapes_set(200), *noise_images(200, 32, 3, 1));
  ASSERT_EQ(a.levels.size(), 2u);
  EXPECT_EQ(a.images, 200u);
  EXPECT_NEAR(a.mean, (a.levels.at(32) + a.levels.at(16)) / 2, 1e-9);
  EXPECT_GT(b.mean, 5 * a.mean);
  const auto few = [] { return sliced_wasserstein(*shapes_set(20), *shapes_set(20, {}, "test")).mean; };
  EXPECT_EQ(few(), few());
}

TEST(SlicedWassersteinDistance, IsThatOfProjectionsOnUnitVectors) {
  // Flat images, half of them dark: along a unit vector d a patch, whose values are all -1 or all 1, is at -t or t with
  // t = |sum of d|, nearly a standard normal's size, and noise is nearly a standard normal. Their distance is the mean
  // of | |Z| - |T| | over both: 4 / sqrt(pi) - 2 sqrt(2 / pi).
  data::Images images{16, 16, 1, {}, std::vector<std::int32_t>(200, -1), {}, {}};
  for (int i = 0; i < 200; ++i) images.pixels.insert(images.pixels.end(), 256, i % 2 ? 192 : 64);
  const auto flat = data::in_memory(data::DatasetInfo(), std::move(images));
  const double pi = std::acos(-1.0), wanted = 4 / std::sqrt(pi) - 2 * std::sqrt(2 / pi);
  EXPECT_NEAR(sliced_wasserstein(*noise_images(200, 16, 1, 1), *flat).mean / 1000, wanted, 0.05 * wanted);
}

TEST(SlicedWassersteinDistance, RefusesOtherShapesAndSmallImages) {
  EXPECT_THAT(error_of([] { sliced_wasserstein(*noise_images(9, 32, 3, 1), *noise_images(9, 16, 3, 1)); }),
              HasSubstr("images of 32x32x3 cannot be compared with images of 16x16x3"));
  EXPECT_THAT(error_of([] { sliced_wasserstein(*noise_images(9, 8, 3, 1), *noise_images(9, 8, 3, 1)); }),
              HasSubstr("too small for SWD"));
  EXPECT_THAT(error_of([] { sliced_wasserstein(*noise_images(9, 32, 3, 1), *noise_images(0, 32, 3, 1)); }),
              HasSubstr("0 images are too few for SWD"));
}

TEST(Modes, OfTheDataItselfAreAllThere) {
  const auto same = mode_coverage(*shapes_set(300), *shapes_set(300, {}, "test"));
  EXPECT_EQ(same.found, 10);
  EXPECT_GT(same.clear, 0.99);
  EXPECT_LT(same.divergence, 0.01);
}

TEST(Modes, ThatAreMissingShowInCountAndDivergence) {
  const auto half = mode_coverage(*shapes_set(300), *shapes_set(100, {"circle", "ring", "star", "square", "cross"}));
  EXPECT_EQ(half.found, 5);
  EXPECT_GT(half.clear, 0.99) << "of the generated images";
  EXPECT_NEAR(half.divergence, std::log(2.0), 0.02);  // five of ten, evenly
  const auto none = mode_coverage(*shapes_set(100), *noise_images(50, 32, 3, 1));
  EXPECT_LT(none.clear, 0.1);
}

TEST(Modes, OfNoClearShapeAreTheWorstThereAre) {
  const auto none = mode_coverage(*shapes_set(300), *noise_images(50, 32, 3, 1));
  ASSERT_EQ(none.clear, 0);
  EXPECT_EQ(none.found, 0);
  EXPECT_NEAR(none.divergence, std::log(10.0), 0.1) << "as all of one class";
  EXPECT_GE(none.divergence, mode_coverage(*shapes_set(300), *shapes_set(20, {"star"})).divergence);
}

TEST(Modes, AreThoseOfShapesOnly) {
  EXPECT_THAT(error_of([] { mode_coverage(*noise_images(20, 32, 3, 1, 100, 102), *shapes_set(20)); }),
              HasSubstr("no image shows a clear shape"));
  EXPECT_THAT(error_of([] { mode_coverage(*shapes_set(20, {"star"}), *shapes_set(40)); }),
              HasSubstr("the data shows no"));
}

}  // namespace
}  // namespace ganymede::quality
