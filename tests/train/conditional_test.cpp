// Training with classes: labels reach both networks, and what does not fit is refused.
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;
using ::testing::HasSubstr;

Trainer conditional(const std::string& discriminator, std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(), {"train.precision=f32", "optimizer.generator.learning_rate=0.005",
                                       "optimizer.discriminator.learning_rate=0.005", "train.batch_size=8"});
  return {test::recipe_of(kConditionalGenerator, discriminator, overrides), light_and_dark(), torch::kCPU};
}

/// Mean brightness of what is generated of a class.
double brightness(const Trainer& trainer, std::int64_t label) {
  nn::ForwardContext context;
  context.labels = at::full({32}, label, at::kLong);
  torch::NoGradGuard constant;
  return trainer.sampling_generator()
      .forward(models::sample_latents(trainer.recipe().latent, 32, 1), context)
      .mean()
      .item<double>();
}

TEST(ConditionalTrainer, TheAverageHasBatchStatisticsOfItsOwn) {
  Trainer trainer = conditional(kProjectionDiscriminator, {"train.ema=0.99", "train.steps=60", "objective.name=hinge"});
  run(trainer);
  EXPECT_LT(unsettled(trainer, at::arange(2048, at::kLong).remainder(2)), 0.02);
}

TEST(ConditionalTrainer, GeneratesTheClassAskedFor) {
  auto acgan = kAcgan;
  acgan.emplace_back("train.steps=150");
  const auto learns = [](Trainer trainer) {
    EXPECT_LT(std::abs(brightness(trainer, 1) - brightness(trainer, 0)), 0.2);
    run(trainer);
    EXPECT_GT(brightness(trainer, 1) - brightness(trainer, 0), 0.5) << trainer.recipe().objective.kind;
    EXPECT_EQ(trainer.classes(), (std::vector<std::string>{"dark", "light"}));
  };
  learns(conditional(kProjectionDiscriminator, {"objective.name=hinge", "train.steps=150"}));
  learns(conditional(kTrunk, acgan));
}

TEST(ConditionalTrainer, RefusesWhatDoesNotFit) {
  const auto error = [](const std::string& discriminator, const std::vector<std::string>& overrides) {
    return test::error_of([&] { conditional(discriminator, overrides); });
  };
  EXPECT_THAT(error(kProjectionDiscriminator, {"objective.name=acgan"}), HasSubstr("[discriminator.heads]"));
  auto heads_for_gan = kAcgan;
  heads_for_gan[0] = "objective.name=gan";
  EXPECT_THAT(error(kTrunk, heads_for_gan), HasSubstr("acgan"));
  auto three = kAcgan;
  three[2] = "discriminator.heads.classes=[{ dense = 3 }]";
  EXPECT_THAT(error(kTrunk, three), HasSubstr("has 2 classes but the discriminator knows 3"));
  EXPECT_THAT(error("\"flatten\", { dense = 1 }", {}), HasSubstr("knows 0"));
  EXPECT_THAT(test::error_of([] {
                Trainer(test::recipe_of(kConditionalGenerator, kProjectionDiscriminator), halves(), torch::kCPU);
              }),
              HasSubstr("2 classes but the data has 0"));
}

TEST(ConditionalTrainer, RefusesLabelsThatNameNoClass) {
  for (const std::int32_t label : {-1, 2}) {
    data::DatasetInfo info;
    info.name = "odd";
    info.classes = {"dark", "light"};
    const auto data = data::in_memory(info, {8, 8, 3, std::vector<std::uint8_t>(2 * 192), {0, label}, {}, "none"});
    EXPECT_THAT(test::error_of([&] {
                  Trainer(test::recipe_of(kConditionalGenerator, kProjectionDiscriminator), data, torch::kCPU);
                }),
                HasSubstr(fmt::format("odd: image 1 has the class {} where the networks know 0 to 1", label)));
  }
}

TEST(ConditionalTrainer, GridsShowEveryClass) {
  EXPECT_EQ(models::grid_columns(10, 100), 10);
  EXPECT_EQ(models::grid_columns(0, 64), 8);
  EXPECT_EQ(models::grid_columns(1000, 64), 8) << "too many for a column each";
  EXPECT_TRUE(test::same(models::labels_in_turn(3, {}, 0, 5), torch::tensor({0, 1, 2, 0, 1}, at::kLong)));
  EXPECT_FALSE(models::labels_in_turn(0, {}, 0, 5).defined());
}

}  // namespace
}  // namespace ganymede::train
