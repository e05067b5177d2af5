// The GAN objective against its closed form -log D, -log(1 - D) with D = sigmoid(score).
#include <cmath>

#include "ganymede/objectives/objective.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::objectives {
namespace {

using test::distance;
using test::error_of;
using ::testing::HasSubstr;

std::unique_ptr<Objective> objective(const std::vector<std::string>& overrides = {}) {
  return make_objective(test::recipe_of("\"relu\"", "\"relu\"", overrides).objective);
}

const Tensor kReal = torch::tensor({-2.0, 0.5, 3.0}, at::kDouble),
             kFake = torch::tensor({1.0, -4.0, 0.25}, at::kDouble);

Tensor d(const Tensor& scores) {
  return 1 / (1 + (-scores).exp());
}

TEST(GanObjective, IsTheClosedForm) {
  const auto gan = objective();
  EXPECT_LT(distance(gan->discriminator_loss({kReal}, {kFake}), -d(kReal).log().mean() - (1 - d(kFake)).log().mean()),
            1e-12);
  EXPECT_LT(distance(gan->generator_loss({kFake}, {}), -d(kFake).log().mean()), 1e-12) << "non-saturating";
  EXPECT_LT(
      distance(objective({"objective.form=saturating"})->generator_loss({kFake}, {}), (1 - d(kFake)).log().mean()),
      1e-12);
  EXPECT_LT(distance(gan->reported_output(kReal), d(kReal)), 1e-12);
  const Tensor undecided = torch::zeros({4});
  EXPECT_NEAR(gan->discriminator_loss({undecided}, {undecided}).item<double>(), 2 * std::log(2.0), 1e-6);
}

TEST(GanObjective, SmoothsOnlyTheRealLabel) {
  const auto smooth = objective({"objective.label_smoothing=0.1"});
  const Tensor expected = -(0.9 * d(kReal).log() + 0.1 * (1 - d(kReal)).log()).mean() - (1 - d(kFake)).log().mean();
  EXPECT_LT(distance(smooth->discriminator_loss({kReal}, {kFake}), expected), 1e-12);
  EXPECT_LT(distance(smooth->generator_loss({kFake}, {}), objective()->generator_loss({kFake}, {})), 1e-12);
}

TEST(GanObjective, WeightScalesTheDiscriminatorAlone) {
  const auto half = objective({"objective.discriminator_weight=0.5"});
  EXPECT_LT(distance(half->discriminator_loss({kReal}, {kFake}), objective()->discriminator_loss({kReal}, {kFake}) / 2),
            1e-12);
  EXPECT_LT(distance(half->generator_loss({kFake}, {}), objective()->generator_loss({kFake}, {})), 1e-12);
}

TEST(GanObjective, GradientsAreTheClosedForms) {
  const Tensor real = kReal.clone().set_requires_grad(true), fake = kFake.clone().set_requires_grad(true);
  const auto gan = objective();
  const auto g = torch::autograd::grad({gan->discriminator_loss({real}, {fake})}, {real, fake});
  EXPECT_LT(distance(g[0], (d(kReal) - 1) / 3), 1e-12);
  EXPECT_LT(distance(g[1], d(kFake) / 3), 1e-12);
  EXPECT_LT(distance(torch::autograd::grad({gan->generator_loss({fake}, {})}, {fake})[0], (d(kFake) - 1) / 3), 1e-12);
  EXPECT_LT(
      distance(torch::autograd::grad({objective({"objective.form=saturating"})->generator_loss({fake}, {})}, {fake})[0],
               -d(kFake) / 3),
      1e-12);
}

TEST(GanObjective, StaysFiniteForAnyScore) {
  const Tensor wild = torch::tensor({-1e30f, -1000.0f, 0.0f, 1000.0f, 1e30f}).set_requires_grad(true);
  for (const auto& gan : {objective(), objective({"objective.label_smoothing=0.2", "objective.form=saturating"})}) {
    for (const Tensor& loss : {gan->discriminator_loss({wild}, {wild}), gan->generator_loss({wild}, {})}) {
      EXPECT_TRUE(std::isfinite(loss.item<double>()));
      EXPECT_TRUE(torch::autograd::grad({loss}, {wild})[0].isfinite().all().item<bool>());
    }
  }
}

TEST(Objectives, AreReadAndWritten) {
  EXPECT_THAT(objective_names(), ::testing::Contains("gan"));
  config::FieldWriter writer;
  objective({"objective.label_smoothing=0.1"})->write(writer);
  EXPECT_THAT(writer.as_lines(),
              ::testing::StartsWith(
                  "name = \"gan\"\nform = \"non-saturating\"\nlabel_smoothing = 0.1\ndiscriminator_weight = 1.0\n"));
  EXPECT_THAT(error_of([] { objective({"objective.name=gam"}); }), HasSubstr("did you mean 'gan'?"));
  EXPECT_THAT(error_of([] { objective({"objective.lable_smoothing=0.1"}); }),
              HasSubstr("did you mean 'label_smoothing'?"));
  EXPECT_THAT(error_of([] { objective({"objective.label_smoothing=0.6"}); }), HasSubstr("outside 0 to 0.5"));
}

}  // namespace
}  // namespace ganymede::objectives
