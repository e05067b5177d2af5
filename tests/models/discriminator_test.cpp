// What a discriminator ends in: one score, a grid of scores by name, or what another objective reads; all else refused.
#include "ganymede/models/discriminator.h"

#include "ganymede/models/fit.h"
#include "ganymede/models/gan.h"
#include "ganymede/models/generate.h"
#include "ganymede/models/initialise.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using testing::HasSubstr;

constexpr const char* kEightByEight = "{ dense = 192 }, \"tanh\", { reshape = [3, 8, 8] }";
constexpr const char* kPatches = "{ conv = 4, kernel = 4, stride = 2, padding = 1 }, { conv = 1, kernel = 2 }";

Gan gan_of(const std::string& discriminator, const std::vector<std::string>& overrides = {}) {
  return build_gan(test::recipe_of(kEightByEight, discriminator, overrides));
}

/// What a recipe with this discriminator is refused for; empty where it fits its objective.
std::string refused(const std::string& discriminator, const std::vector<std::string>& overrides = {}) {
  try {
    const auto recipe = test::recipe_of(kEightByEight, discriminator, overrides);
    fitting_objective(recipe, build_gan(recipe));
  } catch (const UsageError& error) {
    return error.what();
  }
  return {};
}

TEST(Discriminator, EndsInOneScoreWhateverTheObjective) {
  for (const char* objective : {"gan", "wgan", "hinge", "least-squares", "relativistic"}) {
    const std::vector<std::string> named{fmt::format("objective.name={}", objective)};
    EXPECT_EQ(refused("\"flatten\", { dense = 1 }", named), "") << objective;
    EXPECT_EQ(refused("{ conv = 1, kernel = 8 }", named), "") << objective << ": one number, however it lies";
    EXPECT_THAT(refused("\"flatten\", { dense = 7 }", named),
                AllOf(HasSubstr("ends in 7 numbers an image"), HasSubstr("in [discriminator]"),
                      HasSubstr(fmt::format("objective '{}' needs one score", objective))));
  }
}

TEST(Discriminator, AGridOfScoresIsNamed) {
  EXPECT_THAT(refused(kPatches), AllOf(HasSubstr("ends in 9 numbers"), HasSubstr("output = \"patches\"")));
  const std::vector<std::string> named{"discriminator.output=patches"};
  EXPECT_EQ(refused(kPatches, named), "");
  EXPECT_EQ(gan_of(kPatches, named).discriminator.patches(), 9);
  EXPECT_THAT(refused("\"flatten\", { dense = 9 }", named), HasSubstr("is a grid of scores"));
  EXPECT_THAT(refused("{ conv = 2, kernel = 8 }", named), HasSubstr("is a grid of scores"));
  EXPECT_THAT(refused(kPatches, {"discriminator.output=patch"}), HasSubstr("patches"));
}

TEST(Discriminator, TheNameIsKeptInTheRecipe) {
  const std::vector<std::string> named{"discriminator.output=patches"};
  const auto text = config::to_toml(test::recipe_of(kEightByEight, kPatches, named));
  EXPECT_THAT(text, HasSubstr("output = \"patches\""));
  EXPECT_EQ(config::parse_recipe(text, "again", "again.toml").discriminator.output, config::OutputKind::kPatches);
  EXPECT_THAT(config::to_toml(test::recipe_of(kEightByEight, "\"flatten\", { dense = 1 }")), Not(HasSubstr("output")));
}

TEST(Discriminator, ReadsThePatchesOfEachImage) {
  const auto gan = gan_of(kPatches, {"discriminator.output=patches"});
  const Tensor grid = at::arange(18, at::kFloat).view({2, 1, 3, 3});
  for (const auto& laid : {grid, grid.contiguous(at::MemoryFormat::ChannelsLast)}) {
    const auto output = gan.discriminator.read(laid, {});
    EXPECT_TRUE(test::same(output.scores, at::arange(18, at::kFloat)));
    EXPECT_TRUE(test::same(output.image_scores(), torch::tensor({4.0F, 13.0F})));
  }
}

TEST(Discriminator, ImagesAreRankedByTheirOwnScores) {
  const auto recipe = test::recipe_of(kEightByEight, kPatches, {"discriminator.output=patches"});
  auto gan = build_gan(recipe);
  initialise(gan.discriminator, recipe.discriminator, 1, "discriminator");
  const Tensor images = at::randn({20, 3, 8, 8}, at::kFloat);
  const Tensor scores = score(gan.discriminator, images);
  ASSERT_EQ(scores.sizes().vec(), (std::vector<std::int64_t>{20}));
  for (std::int64_t i = 0; i < 20; ++i) {
    nn::ForwardContext context;
    const Tensor own = gan.discriminator.forward(images.slice(0, i, i + 1), context).mean();
    EXPECT_NEAR(scores[i].item<double>(), own.item<double>(), 1e-5);
  }
  const auto seven = gan_of("\"flatten\", { dense = 7 }");
  EXPECT_THAT(test::error_of([&] { rank(seven.discriminator, images, 3); }),
              AllOf(HasSubstr("ends in 7 numbers"), HasSubstr("a ranking needs one score")));
}

}  // namespace
}  // namespace ganymede::models
