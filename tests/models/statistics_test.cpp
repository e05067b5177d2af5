// Running statistics computed again: they fit the network, and nothing else moves.
#include "ganymede/models/statistics.h"

#include "ganymede/models/gan.h"
#include "ganymede/models/initialise.h"
#include "ganymede/nn/statistics_scope.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

using test::same;

constexpr const char* kWithoutClasses =
    "{ dense = 64, bias = false }, \"batch_norm\", \"relu\", { dropout = 0.5 }, { reshape = [4, 4, 4] }, "
    "{ conv_transpose = 3, kernel = 4, stride = 2, padding = 1 }, \"tanh\"";
constexpr const char* kWithClasses =
    "{ label_embedding = 4, classes = 3 }, { dense = 64, bias = false }, { reshape = [4, 4, 4] }, "
    "{ conditional_batch_norm = true, classes = 3 }, \"relu\", { conv_transpose = 3, kernel = 4, stride = 2, padding = "
    "1 }, \"tanh\"";
constexpr const char* kPlainDiscriminator = "\"flatten\", { dense = 1 }";
constexpr const char* kDiscriminatorOfClasses = "\"flatten\", { projection = true, classes = 3 }";

void expect_settled(const char* generator, const char* discriminator) {
  const auto recipe = test::recipe_of(generator, discriminator, {"generator.init=glorot_uniform"});
  Gan gan = build_gan(recipe);
  initialise(gan.generator, recipe.generator, 1, "generator");
  torch::NoGradGuard constant;
  for (const auto& buffer : gan.generator.buffers()) buffer.tensor.fill_(9);
  std::vector<Tensor> before;
  for (const auto& parameter : gan.generator.parameters()) before.push_back(parameter.tensor.clone());
  ASSERT_TRUE(has_running_statistics(gan.generator));
  const auto batch = [&](int number) {
    const auto count = kStatisticsBatch;
    StatisticsBatch out{sample_latents(recipe.latent, count, static_cast<std::uint64_t>(number)), {}};
    if (gan.classes() > 0) out.labels = at::arange(count, at::kLong).remainder(gan.classes());
    return out;
  };
  recompute_statistics(gan.generator, batch);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(same(before[i], gan.generator.parameters()[i].tensor));

  nn::ForwardContext running, own;
  if (gan.classes() > 0) running.labels = own.labels = at::arange(3000, at::kLong).remainder(gan.classes());
  const Tensor z = sample_latents(recipe.latent, 3000, 99), known = gan.generator.forward(z, running);
  Tensor batched;
  {
    const nn::StatisticsScope scope(0);
    batched = gan.generator.forward(z, own);
  }
  const Tensor apart = known - batched;
  EXPECT_LT(apart.abs().mean().item<double>(), 0.02);

  std::vector<Tensor> first;
  for (const auto& buffer : gan.generator.buffers()) first.push_back(buffer.tensor.clone());
  for (const auto& buffer : gan.generator.buffers()) buffer.tensor.fill_(-3);
  recompute_statistics(gan.generator, batch);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_TRUE(same(first[i], gan.generator.buffers()[i].tensor))
        << "whatever they were before, the bytes are the same";
  }
}

TEST(RunningStatistics, AreThoseOfTheNetworksOwnImages) {
  expect_settled(kWithoutClasses, kPlainDiscriminator);
}

TEST(RunningStatistics, OfConditionalNormsToo) {
  expect_settled(kWithClasses, kDiscriminatorOfClasses);
}

TEST(RunningStatistics, AreFoundWhereThereAreAny) {
  const auto none = test::recipe_of("{ dense = 192 }, \"tanh\", { reshape = [3, 8, 8] }", kPlainDiscriminator);
  EXPECT_FALSE(has_running_statistics(build_gan(none).generator));
}

}  // namespace
}  // namespace ganymede::models
