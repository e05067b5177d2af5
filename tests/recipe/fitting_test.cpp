#include "ganymede/recipe/fitting.h"

#include "ganymede/recipe/recipe.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using test::error_of;
using ::testing::HasSubstr;
using ::testing::Not;

ImageFacts facts(std::size_t images = 5000) {
  return {.path = "/data/my \"own\" images", .images = images, .grey = 0, .shorter_side = 90};
}

Recipe parsed(const ImageFacts& f, const FittingWishes& wishes = {}) {
  return parse_recipe(fitting_recipe("mine", f, wishes), "mine", "mine.toml");
}

TEST(Fitting, TheSizeFollowsTheImages) {
  auto f = facts();
  for (const auto& [side, size] : {std::pair{600, 64}, {48, 64}, {47, 32}, {24, 32}, {20, 16}}) {
    f.shorter_side = side;
    EXPECT_TRUE(parsed(f).data.size.is(size, size)) << side;
  }
  EXPECT_TRUE(parsed(f, {.size = 128}).data.size.is(128, 128));
}

TEST(Fitting, EachNetworkFitsItsImages) {
  for (const int size : {16, 32, 64, 128}) {
    for (const bool conditional : {false, true}) {
      auto f = facts();
      if (conditional) f.classes = {"a", "b", "c"}, f.smallest_class = 900;
      const auto recipe = parsed(f, {.size = size});
      const auto shape = nn::walk(recipe.generator.layers, nn::Shape({recipe.latent.size}), "", {});
      EXPECT_EQ(shape.dims(), (std::vector<std::int64_t>{3, size, size}));
      EXPECT_EQ(nn::walk(recipe.discriminator.layers, shape, "", {}).elements(), 1);
    }
  }
}

TEST(Fitting, GreyOnlyWhereAllAre) {
  auto f = facts();
  EXPECT_EQ(parsed(f).data.channels, 3);
  f.grey = 4999;
  EXPECT_EQ(parsed(f).data.channels, 3);
  EXPECT_THAT(fitting_recipe("mine", f, {}), HasSubstr("4,999 of 5,000 images are grey"));
  f.grey = 5000;
  EXPECT_EQ(parsed(f).data.channels, 1);
}

TEST(Fitting, ClassesWhereThereIsEnoughOfEach) {
  auto f = facts();
  f.classes = {"cats", "dogs"};
  f.smallest_class = 49;
  EXPECT_THAT(fitting_recipe("mine", f, {}), HasSubstr("too few to learn"));
  f.smallest_class = 50;
  EXPECT_THAT(fitting_recipe("mine", f, {}), HasSubstr("conditional_batch_norm = true, classes = \"data\""));
  f.unlabelled = 1;
  EXPECT_THAT(fitting_recipe("mine", f, {}), Not(HasSubstr("conditional_batch_norm")));
}

TEST(Fitting, FewImagesAreAugmentedAndTrainedOnForLonger) {
  EXPECT_EQ(parsed(facts(19'999)).augment.name, "diffaugment");
  EXPECT_EQ(parsed(facts(20'000)).augment.name, "none");
  EXPECT_EQ(parsed(facts(500)).train.batch_size, 32);
  EXPECT_EQ(*parsed(facts(100)).train.steps, 2000u);
  EXPECT_EQ(*parsed(facts(64'000)).train.steps, 100'000u);
  EXPECT_EQ(*parsed(facts(), {.steps = 123}).train.steps, 123u);
  EXPECT_THAT(error_of([] { fitting_recipe("mine", facts(15), {}); }), HasSubstr("too few"));
}

TEST(Fitting, KeepsThePathAndLeavesOutBadFiles) {
  auto f = facts();
  EXPECT_EQ(parsed(f).data.path, f.path);
  EXPECT_EQ(parsed(f).data.name, "folder");
  EXPECT_FALSE(parsed(f).data.skip_bad);
  f.bad = 3;
  EXPECT_TRUE(parsed(f).data.skip_bad);
  f.ratio = 1.5;
  EXPECT_THAT(fitting_recipe("mine", f, {}), HasSubstr("cropped"));
}

}  // namespace
}  // namespace ganymede::config
