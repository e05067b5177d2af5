#include "ganymede/train/step_profile.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "train/toy.h"

namespace ganymede::train {
namespace {

const std::vector<std::string> kPenalised{"objective.penalties=[{ gradient_penalty = 10 }]"};

const LayerTimes& named(const StepProfile& profile, const std::string& name) {
  for (const auto& layer : profile.layers) {
    if (layer.name == name) return layer;
  }
  throw std::out_of_range(name);
}

TEST(StepProfile, GivesEveryMomentToALayerOrAPhase) {
  Trainer trainer = toy::trainer_of();
  const auto profile = profile_steps(trainer, 3);
  double sum = 0;
  for (const auto& layer : profile.layers) sum += layer.seconds();
  for (const auto& [name, seconds] : profile.others) sum += seconds;
  EXPECT_NEAR(sum, profile.seconds, 1e-9);
  for (const char* other : {"data", "noise", "losses", "optimiser"}) EXPECT_GT(profile.others.at(other), 0) << other;
  const auto& conv = named(profile, "discriminator.conv_1");
  EXPECT_GT(conv.forward, 0);
  EXPECT_GT(conv.backward, 0);
  EXPECT_EQ(conv.second, 0) << "without a penalty nothing is differentiated twice";
  EXPECT_GT(named(profile, "generator.dense_1").backward, 0);
}

TEST(StepProfile, CountsTheArithmeticOfAllForwardPasses) {
  Trainer trainer = toy::trainer_of();
  const auto profile = profile_steps(trainer, 2);
  // 3 to 8 channels, 4x4 kernel, 4x4 values out; real, generated, and generated once more for the generator.
  EXPECT_EQ(named(profile, "discriminator.conv_1").forward_flops,
            2.0 * 3 * 8 * 16 * 16 * trainer.recipe().train.batch_size * 3);
}

TEST(StepProfile, CountsImagesHoweverTheyAreJoinedAndProductsThatAreMade) {
  constexpr const char* kOnePass = "{ conv = 8, padding = 1 }, { avg_pool = 2 }, \"flatten\", { dense = 1 }";
  Trainer trainer(test::recipe_of(toy::kGenerator, kOnePass, {"train.precision=f32"}), toy::halves(), torch::kCPU);
  const auto profile = profile_steps(trainer, 2);
  // 3 to 8 channels, both in one: 4x4 kernel, 4x4 values out.
  EXPECT_DOUBLE_EQ(named(profile, "discriminator.conv_1 + avg_pool_1").forward_flops,
                   2.0 * 3 * 8 * 16 * 16 * trainer.recipe().train.batch_size * 3);
}

TEST(StepProfile, APenaltysSecondPassReachesEveryLayer) {
  Trainer trainer = toy::trainer_of(kPenalised);
  const auto profile = profile_steps(trainer, 2);
  EXPECT_GT(named(profile, "discriminator.conv_1").second, 0);
  EXPECT_GT(named(profile, "discriminator.dense_1").second, 0);
  EXPECT_EQ(named(profile, "generator.dense_1").second, 0);
}

TEST(StepProfile, ChangesNoBytes) {
  Trainer plain = toy::trainer_of(kPenalised), timed = toy::trainer_of(kPenalised);
  for (int i = 0; i < 2; ++i) plain.step(false);  // both are at step 0 still: step() alone counts nothing
  profile_steps(timed, 2);
  const auto expected = plain.state(), found = timed.state();
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i].tensor.equal(expected[i].tensor)) << found[i].name;
}

TEST(StepProfile, WritesATrace) {
  Trainer trainer = toy::trainer_of();
  const auto trace = nlohmann::json::parse(profile_steps(trainer, 1).trace);
  double end = 0;
  bool layer = false;
  for (const auto& event : trace.at("traceEvents")) {
    EXPECT_EQ(event.at("ph"), "X");
    EXPECT_NEAR(event.at("ts").get<double>(), end, 1e-3) << "without a gap";
    end = event.at("ts").get<double>() + event.at("dur").get<double>();
    layer = layer || event.at("name") == "discriminator.conv_1";
  }
  EXPECT_TRUE(layer);
}

}  // namespace
}  // namespace ganymede::train
