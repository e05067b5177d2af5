#include "ganymede/models/gan.h"

#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::error_of;
using test::recipe_of;
using test::same;
using ::testing::HasSubstr;

constexpr const char* kGenerator = "{ dense = 48 }, { reshape = [3, 4, 4] }, \"tanh\"";
constexpr const char* kDiscriminator = "\"flatten\", { dense = 1 }";

TEST(BuildGan, TheGeneratorsOutputIsTheDiscriminatorsInput) {
  const Gan gan = build_gan(recipe_of(kGenerator, kDiscriminator));
  EXPECT_EQ(gan.generator.input_shape(), (nn::Shape{8}));
  EXPECT_EQ(gan.image_shape(), (nn::Shape{3, 4, 4}));
  EXPECT_EQ(gan.discriminator.input_shape(), gan.image_shape());
}

TEST(BuildGan, RefusesWhatIsNoImage) {
  const auto error = [](const std::string& generator, const std::vector<std::string>& overrides = {}) {
    return error_of([&] { build_gan(recipe_of(generator, kDiscriminator, overrides)); });
  };
  EXPECT_THAT(error("{ dense = 48 }"), HasSubstr("the generator ends in 48"));
  EXPECT_THAT(error("{ dense = 32 }, { reshape = [2, 4, 4] }"), HasSubstr("1 or 3 channels"));
  EXPECT_THAT(error(kGenerator, {"data.size=32"}), HasSubstr("set data.size to 4"));
}

TEST(BuildGan, ImagesMayBeRectangles) {
  constexpr const char* kWide = "{ dense = 24 }, { reshape = [3, 2, 4] }";
  const auto recipe = recipe_of(kWide, kDiscriminator, {"data.size=[2, 4]"});
  EXPECT_EQ(build_gan(recipe).image_shape(), (nn::Shape{3, 2, 4}));
  EXPECT_EQ(resolved(recipe, outline_gan(recipe)).data.size, data::ImageSize(2, 4));
  const auto error = [&](const char* size) {
    return error_of([&] { build_gan(recipe_of(kWide, kDiscriminator, {size})); });
  };
  EXPECT_THAT(error("data.size=2"), HasSubstr("set data.size to [2, 4]"));
  EXPECT_THAT(error("data.size=[4, 2]"), HasSubstr("asks for size [4, 2]"));
}

TEST(BuildGan, HasAsManyChannelsAsTheDataIsAskedFor) {
  constexpr const char* kFour = "{ dense = 64 }, { reshape = [4, 4, 4] }";
  EXPECT_EQ(build_gan(recipe_of(kFour, kDiscriminator, {"data.channels=4"})).image_shape(), (nn::Shape{4, 4, 4}));
  const auto error = [](const char* generator, const std::vector<std::string>& overrides) {
    return error_of([&] { build_gan(recipe_of(generator, kDiscriminator, overrides)); });
  };
  EXPECT_THAT(error(kFour, {}), HasSubstr("as many as channels = N in [data] asks for"));
  EXPECT_THAT(error(kGenerator, {"data.channels=4"}), HasSubstr("an image of 4 channels, as [data] asks"));
}

TEST(Resolved, NamesTheImagesSizeAndEveryOption) {
  const auto recipe = recipe_of(kGenerator, kDiscriminator);
  const auto full = resolved(recipe, outline_gan(recipe));
  EXPECT_EQ(full.data.size, 4);
  EXPECT_EQ(full.data.channels, 3);
  EXPECT_THAT(config::to_toml(full), HasSubstr("{ dense = 48, bias = true,"));
  EXPECT_EQ(config::to_toml(resolved(full, outline_gan(full))), config::to_toml(full));
}

TEST(Latents, HaveTheirDistribution) {
  const Tensor normal = sample_latents({.size = 100, .distribution = config::LatentDistribution::kNormal}, 1000, 1);
  EXPECT_NEAR(normal.mean().item<double>(), 0, 0.02);
  EXPECT_NEAR(normal.var().item<double>(), 1, 0.03);
  EXPECT_GT(normal.max().item<double>(), 3);
  const Tensor uniform = sample_latents({.size = 100, .distribution = config::LatentDistribution::kUniform}, 1000, 1);
  EXPECT_NEAR(uniform.mean().item<double>(), 0, 0.01);
  EXPECT_NEAR(uniform.var().item<double>(), 1.0 / 3, 0.01);
  EXPECT_LE(uniform.abs().max().item<double>(), 1);
  EXPECT_LT(uniform.min().item<double>(), -0.99);
  EXPECT_TRUE(same(sample_latents({}, 5, 1), sample_latents({}, 5, 1)));
  EXPECT_FALSE(same(sample_latents({}, 5, 1), sample_latents({}, 5, 2)));
}

TEST(Latents, NumberedOnesDoNotDependOnTheCount) {
  for (const auto distribution : {config::LatentDistribution::kNormal, config::LatentDistribution::kUniform}) {
    const config::LatentConfig latent{.size = 33, .distribution = distribution};
    const Tensor few = sample_numbered_latents(latent, 4, 9), many = sample_numbered_latents(latent, 100, 9);
    EXPECT_TRUE(same(few, many.slice(0, 0, 4)));
    EXPECT_FALSE(same(many[0], many[1]));
    EXPECT_FALSE(same(few, sample_numbered_latents(latent, 4, 10)));
  }
}

TEST(ComputeType, IsWhatWasAskedFor) {
  EXPECT_EQ(compute_type(config::Precision::kF32, torch::kCPU), at::kFloat);
  EXPECT_EQ(compute_type(config::Precision::kBf16, torch::kCPU), at::kBFloat16);
}

}  // namespace
}  // namespace ganymede::models
