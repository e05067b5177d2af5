// Training with classes: labels reach both networks, and what does not fit is refused.
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;
using ::testing::HasSubstr;

constexpr const char* kConditionalGenerator =
    "{ label_embedding = 4, classes = 2 }, { dense = 64, bias = false }, { reshape = [4, 4, 4] }, { "
    "conditional_batch_norm = "
    "true, classes = 2 }, \"relu\", { conv_transpose = 3, kernel = 4, stride = 2, padding = 1 }, \"tanh\"";
constexpr const char* kProjectionDiscriminator =
    "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\", { projection = true, "
    "classes = 2 }";
constexpr const char* kTrunk = "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\"";

/// 32 pictures of 8x8: class 0 dark, class 1 light.
std::shared_ptr<const data::Dataset> light_and_dark() {
  data::Images images{8, 8, 3, {}, {}, {}, "none"};
  Random random(1);
  for (int i = 0; i < 32; ++i) {
    images.labels.push_back(i % 2);
    for (int k = 0; k < 192; ++k)
      images.pixels.push_back(static_cast<std::uint8_t>((i % 2 == 1 ? 200 : 30) + random.below(20)));
  }
  data::DatasetInfo info;
  info.name = "light and dark";
  info.height = info.width = 8;
  info.channels = 3;
  info.classes = {"dark", "light"};
  return data::in_memory(info, images);
}

Trainer conditional(const std::string& discriminator, std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(), {"train.precision=f32", "optimizer.generator.learning_rate=0.005",
                                       "optimizer.discriminator.learning_rate=0.005", "train.batch=8"});
  return {test::recipe_of(kConditionalGenerator, discriminator, overrides), light_and_dark(), torch::kCPU};
}

const std::vector<std::string> kAcgan{"objective.name=acgan", "discriminator.heads.realness=[{ dense = 1 }]",
                                      "discriminator.heads.classes=[{ dense = 2 }]"};

/// Mean brightness of what is drawn of a class.
double brightness(const Trainer& trainer, std::int64_t label) {
  nn::Pass pass;
  pass.labels = at::full({32}, label, at::kLong);
  torch::NoGradGuard constant;
  return trainer.drawing_generator()
      .forward(models::draw_latents(trainer.recipe().latent, 32, 1), pass)
      .mean()
      .item<double>();
}

TEST(ConditionalTrainer, DrawsTheClassAskedFor) {
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
  EXPECT_THAT(error(kTrunk, three), HasSubstr("draws 2 classes but the discriminator judges 3"));
  EXPECT_THAT(error("\"flatten\", { dense = 1 }", {}), HasSubstr("judges 0"));
  EXPECT_THAT(test::error_of([] {
                Trainer(test::recipe_of(kConditionalGenerator, kProjectionDiscriminator), halves(), torch::kCPU);
              }),
              HasSubstr("2 classes but the data has 0"));
}

TEST(ConditionalTrainer, GridsShowEveryClass) {
  EXPECT_EQ(models::grid_columns(10, 100), 10);
  EXPECT_EQ(models::grid_columns(0, 64), 8);
  EXPECT_EQ(models::grid_columns(1000, 64), 8) << "too many for a column each";
  EXPECT_TRUE(test::same(models::grid_labels(3, 5), torch::tensor({0, 1, 2, 0, 1}, at::kLong)));
  EXPECT_FALSE(models::grid_labels(0, 5).defined());
}

}  // namespace
}  // namespace ganymede::train
