#include "ganymede/quality/feature_protocol.h"

#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(FeatureProtocols, FindWhatIsThereToFind) {
  const auto training = shapes_set(400), other = shapes_set(200, {}, "test");
  const Embedding pixels = pixel_embedding();
  const auto few = evaluate_features(*training, *other, pixels, {.labels = 50, .repeats = 3});
  const auto all = evaluate_features(*training, *other, pixels, {});
  EXPECT_EQ(few.labels, 50u);
  EXPECT_EQ(few.validation_images, 80u);
  EXPECT_EQ(all.labels, 400u);
  EXPECT_EQ(few.costs.size(), 3u);
  EXPECT_GT(few.accuracy.deviation, 0);
  EXPECT_GT(all.accuracy.mean, few.accuracy.mean);
  EXPECT_THAT(error_of([&] { evaluate_features(*noise_images(50, 8, 3, 1), *other, pixels, {}); }),
              HasSubstr("no labels to learn"));
  EXPECT_THAT(error_of([&] { evaluate_features(*training, *other, pixels, {.labels = 5000}); }),
              HasSubstr("not 500 labelled images of each"));
}

}  // namespace
}  // namespace ganymede::quality
