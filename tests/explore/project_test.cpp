#include "ganymede/explore/project.h"

#include "ganymede/models/generate.h"
#include "ganymede/models/initialise.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::explore {
namespace {

TEST(Project, FindsImagesOfTheGeneratorAgain) {
  const auto recipe = test::recipe_of(
      "{ dense = 128 }, { leaky_relu = 0.2 }, { reshape = [8, 4, 4] }, { conv_transpose = 3, kernel = 4, stride = 2, "
      "padding = 1 }, \"tanh\"",
      "\"flatten\", { dense = 1 }", {"generator.init=he_normal"});
  auto gan = models::build_gan(recipe);
  models::initialise(gan.generator, recipe.generator, 1, "generator");
  const Tensor wanted = models::generate(gan.generator, models::sample_latents(recipe.latent, 3, 5));
  int steps = 0;
  const auto found = project(gan.generator, recipe.latent, wanted, {}, {.steps = 200}, [&](int step) { steps = step; });
  EXPECT_EQ(steps, 200);
  EXPECT_EQ(found.latents.sizes().vec(), (std::vector<std::int64_t>{3, 8}));
  const Tensor again = models::generate(gan.generator, found.latents);
  const double scatter = (wanted - wanted.mean(0, true)).square().mean().item<double>();
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR((again[i] - wanted[i]).square().mean().item<double>(), found.errors[static_cast<size_t>(i)], 1e-5);
    EXPECT_LT(found.errors[static_cast<size_t>(i)], 0.1 * scatter) << i;
  }
  const auto same = project(gan.generator, recipe.latent, wanted, {}, {.steps = 200});
  EXPECT_TRUE(same.latents.equal(found.latents));
}

}  // namespace
}  // namespace ganymede::explore
