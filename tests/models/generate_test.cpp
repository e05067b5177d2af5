#include "ganymede/models/generate.h"

#include "ganymede/models/gan.h"
#include "ganymede/models/initialise.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::same;

TEST(GenerateImages, AnImageDoesNotDependOnTheOthers) {
  const auto recipe = test::recipe_of(
      "{ dense = 128, bias = false }, \"batch_norm\", \"relu\", { reshape = [8, 4, 4] }, { conv_transpose = 3, kernel "
      "= 4, stride = 2, padding = 1 }, \"tanh\"",
      "{ conv = 8, stride = 2 }, { leaky_relu = 0.2 }, { dropout = 0.5 }, \"flatten\", { dense = 1 }",
      {"generator.init=he_normal", "discriminator.init=he_normal"});
  Gan gan = build_gan(recipe);
  initialise(gan.generator, recipe.generator, 1, "generator");
  initialise(gan.discriminator, recipe.discriminator, 1, "discriminator");
  const Tensor z = sample_numbered_latents(recipe.latent, 150, 1);
  const Tensor all = generate(gan.generator, z);
  EXPECT_EQ(all.sizes().vec(), (std::vector<std::int64_t>{150, 3, 8, 8}));
  EXPECT_FALSE(all.requires_grad());
  const Tensor quick = generate(gan.generator, z, {}, at::kBFloat16);
  EXPECT_EQ(quick.scalar_type(), at::kFloat);
  EXPECT_FALSE(same(quick, all)) << "bf16 rounds";
  EXPECT_LT((quick - all).abs().max().item<float>(), 0.05);
  for (const std::int64_t count : {1, 5, 64, 65}) {
    EXPECT_TRUE(same(generate(gan.generator, z.slice(0, 0, count)), all.slice(0, 0, count))) << count;
    EXPECT_TRUE(same(generate(gan.generator, z.slice(0, 0, count), {}, at::kBFloat16), quick.slice(0, 0, count)))
        << count;
  }
  EXPECT_TRUE(same(generate(gan.generator, z.slice(0, 149)), all.slice(0, 149))) << "nor on its place";
  const Tensor scores = score(gan.discriminator, all);
  EXPECT_EQ(scores.sizes().vec(), (std::vector<std::int64_t>{150}));
  EXPECT_TRUE(same(score(gan.discriminator, all.slice(0, 70, 75)), scores.slice(0, 70, 75)));
  const auto best = rank(gan.discriminator, all, 10);
  ASSERT_EQ(best.size(), 10u);
  for (std::size_t i = 1; i < best.size(); ++i)
    EXPECT_GE(scores[best[i - 1]].item<float>(), scores[best[i]].item<float>());
  EXPECT_EQ(scores[best[0]].item<float>(), scores.max().item<float>());
  EXPECT_EQ(rank(gan.discriminator, all.slice(0, 0, 3), 10).size(), 3u);
}

/// One of each kind of layer with a weight.
Network some_of_everything() {
  const auto recipe = test::recipe_of(
      "{ dense = 128, spectral_norm = true }, { reshape = [8, 4, 4] }, { conv = 16, padding = \"same\", spectral_norm "
      "= "
      "true }, \"self_attention\", { conv_transpose = 8, kernel = 4, stride = 2, padding = 1 }, \"batch_norm\", "
      "\"relu\", { conv = 3, kernel = 1, groups = 1 }, \"tanh\"",
      "{ conv = 8, stride = 2 }, \"flatten\", { dense = 1 }", {"generator.init=he_normal"});
  Gan gan = build_gan(recipe);
  initialise(gan.generator, recipe.generator, 1, "generator");
  return std::move(gan.generator);
}

TEST(GenerateImages, FixedWeightsChangeNoByte) {
  for (const int threads : {1, 2}) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    for (const auto type : {at::kFloat, at::kBFloat16}) {
      Network network = some_of_everything();
      const Tensor z = torch::randn({70, network.input_shape().elements()});
      const Tensor plain = generate(network, z, {}, type);
      network.fix_weights();
      for (int pass = 0; pass < 2; ++pass) EXPECT_TRUE(same(generate(network, z, {}, type), plain)) << pass;
      EXPECT_TRUE(same(generate(network, z.slice(0, 0, 3), {}, type), plain.slice(0, 0, 3)));
    }
    at::set_num_threads(before);
  }
}

TEST(GenerateImages, OtherWeightsAreNoLongerFixed) {
  Network network = some_of_everything();
  const Tensor z = torch::randn({3, network.input_shape().elements()});
  network.fix_weights();
  const Tensor before = generate(network, z);
  Network other = some_of_everything();
  for (const auto& one : other.parameters()) one.tensor.detach().mul_(1.5);
  network.copy_from(other);
  EXPECT_FALSE(same(generate(network, z), before));
  EXPECT_TRUE(same(generate(network, z), generate(other, z)));
}

TEST(GenerateImages, FixedWeightsLeaveGradients) {
  Network network = some_of_everything();
  const Tensor z = torch::randn({2, network.input_shape().elements()}).requires_grad_(true);
  const auto gradient = [&] {
    nn::ForwardContext context;
    return torch::autograd::grad({network.forward(z, context).square().sum()}, {z})[0];
  };
  const Tensor plain = gradient();
  network.fix_weights();
  generate(network, z.detach());
  EXPECT_TRUE(same(gradient(), plain));
}

}  // namespace
}  // namespace ganymede::models
