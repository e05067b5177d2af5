#include "ganymede/data/shape_attribution.h"

#include <cmath>
#include <numbers>

#include "ganymede/core/random.h"
#include "ganymede/data/shapes.h"
#include "ganymede/image/decode.h"
#include "support/support.h"

namespace ganymede::data {
namespace {

/// Gaussian noise of `sigma` levels.
image::Image noisy(image::Image image, double sigma, std::uint64_t seed) {
  Random random(seed);
  for (std::uint8_t& value : image.pixels) {
    const double normal =
        std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
    value = static_cast<std::uint8_t>(std::clamp(std::round(value + sigma * normal), 0.0, 255.0));
  }
  return image;
}

struct Score {
  double right = 0, clear = 0;  ///< fractions
};

Score score(int count, int size, int channels, double sigma) {
  Score result;
  for (int i = 0; i < count; ++i) {
    const image::Image clean =
        image::to_channels(render_shape(11, "test", static_cast<std::uint64_t>(i), size), channels);
    const Attribution found = attribute_shape(sigma > 0 ? noisy(clean, sigma, static_cast<std::uint64_t>(i)) : clean);
    result.right += (found.label == i % kShapeClasses) / static_cast<double>(count);
    result.clear += (found.distance < kClearShape) / static_cast<double>(count);
  }
  return result;
}

TEST(AttributeShape, KnowsCleanImages) {
  const Score clean = score(2000, kShapesSize, 3, 0);
  EXPECT_GE(clean.right, 0.995);
  EXPECT_GE(clean.clear, 0.995);
  EXPECT_GE(score(500, kShapesSize, 1, 0).right, 0.995);
  EXPECT_GE(score(500, 16, 3, 0).right, 0.98);
  EXPECT_GE(score(200, 64, 3, 0).right, 0.995);
  EXPECT_GE(score(50, 200, 3, 0).right, 0.995);
}

TEST(AttributeShape, ToleratesNoise) {
  EXPECT_GE(score(2000, kShapesSize, 3, 10).right, 0.97);
  EXPECT_GE(score(500, kShapesSize, 1, 10).right, 0.97);
}

TEST(AttributeShape, SaysWhenThereIsNoShape) {
  image::Image flat(32, 32, 3);
  EXPECT_EQ(attribute_shape(flat).distance, 1);
  EXPECT_EQ(attribute_shape(noisy(flat, 3, 1)).distance, 1);
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    for (std::uint8_t& value : flat.pixels) value = static_cast<std::uint8_t>(random.next());
    EXPECT_GT(attribute_shape(flat).distance, kClearShape);
  }
}

TEST(AttributeShape, TakesImagesOfAnyShape) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 300}, {300, 1}, {2, 3}, {90, 40}}) {
    const Attribution found = attribute_shape(noisy(image::Image(width, height, 1), 90, 1));
    EXPECT_GE(found.label, 0);
    EXPECT_LT(found.label, kShapeClasses);
    EXPECT_GE(found.distance, 0);
    EXPECT_LE(found.distance, 1);
  }
  EXPECT_THAT(test::error_of([] { attribute_shape({}); }), testing::HasSubstr("empty image"));
}

}  // namespace
}  // namespace ganymede::data
