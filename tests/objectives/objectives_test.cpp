// Every objective but the first against its closed form.
#include <cmath>

#include "ganymede/core/files.h"
#include "ganymede/objectives/objective.h"
#include "ganymede/objectives/penalty.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::objectives {
namespace {

using test::distance;

std::unique_ptr<Objective> named(const std::string& name, std::vector<std::string> overrides = {}) {
  overrides.insert(overrides.begin(), "objective.name=" + name);
  return make_objective(test::recipe_of("\"relu\"", "\"relu\"", overrides).objective);
}

const DiscriminatorOutput kOfReal{torch::tensor({-2.0, 0.5, 3.0}, at::kDouble)},
    kOfFake{torch::tensor({1.0, -4.0, 0.25}, at::kDouble)};

double d_loss(const Objective& o) {
  return o.discriminator_loss(kOfReal, kOfFake).item<double>();
}
double g_loss(const Objective& o) {
  return o.generator_loss(kOfFake, kOfReal).item<double>();
}

TEST(Objectives, Wgan) {
  const auto wgan = named("wgan");
  EXPECT_NEAR(d_loss(*wgan), (1 - 4 + 0.25) / 3 - 1.5 / 3, 1e-12);
  EXPECT_NEAR(g_loss(*wgan), -(1 - 4 + 0.25) / 3, 1e-12);
  EXPECT_LT(distance(wgan->reported_output(kOfReal.scores), kOfReal.scores), 1e-12);
  const Tensor weight = torch::tensor({-0.5, 0.003, 7.0});
  wgan->constrain({weight});
  EXPECT_LT(distance(weight, torch::tensor({-0.01, 0.003, 0.01})), 1e-9);
  named("wgan", {"objective.clip=0"})->constrain({weight.fill_(5)});
  EXPECT_EQ(weight.max().item<double>(), 5) << "clip = 0 leaves weights alone";
  named("hinge")->constrain({weight});
  EXPECT_EQ(weight.max().item<double>(), 5);
}

TEST(Objectives, Hinge) {
  EXPECT_NEAR(d_loss(*named("hinge")), (3 + 0.5 + 0) / 3 + (2 + 0 + 1.25) / 3, 1e-12);
  EXPECT_NEAR(g_loss(*named("hinge")), 2.75 / 3, 1e-12);
}

TEST(Objectives, LeastSquares) {
  EXPECT_NEAR(d_loss(*named("least-squares")), 0.5 * ((9 + 0.25 + 4) / 3 + (1 + 16 + 0.0625) / 3), 1e-12);
  EXPECT_NEAR(g_loss(*named("least-squares")), 0.5 * (0 + 25 + 0.5625) / 3, 1e-12);
}

TEST(Objectives, RelativisticComparesPairs) {
  const auto pairs = named("relativistic");
  EXPECT_TRUE(pairs->compares_with_real());
  EXPECT_FALSE(named("gan")->compares_with_real());
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  EXPECT_NEAR(d_loss(*pairs), (softplus(3) + softplus(-4.5) + softplus(-2.75)) / 3, 1e-9);
  EXPECT_NEAR(g_loss(*pairs), (softplus(-3) + softplus(4.5) + softplus(2.75)) / 3, 1e-9);
}

TEST(Objectives, AcganNamesClassesToo) {
  const auto acgan = named("acgan", {"objective.class_weight_discriminator=2", "objective.class_weight_generator=3"});
  EXPECT_TRUE(acgan->classifies());
  const Tensor logits = torch::tensor({{0.0, 1.0}, {2.0, 0.0}, {0.0, 0.0}}, at::kDouble);
  const Tensor labels = torch::tensor({1, 1, 0}, at::kLong);
  const double entropy = (std::log1p(std::exp(-1.0)) + std::log1p(std::exp(2.0)) + std::log(2.0)) / 3;
  const DiscriminatorOutput real{kOfReal.scores, logits, labels}, fake{kOfFake.scores, logits, labels};
  const auto gan = named("gan");
  EXPECT_NEAR(acgan->discriminator_loss(real, fake).item<double>(), d_loss(*gan) + 4 * entropy, 1e-9);
  EXPECT_NEAR(acgan->generator_loss(fake, {}).item<double>(), g_loss(*gan) + 3 * entropy, 1e-9);
  const auto only_real = named("acgan", {"objective.classify_generated=false"});
  EXPECT_NEAR(only_real->discriminator_loss(real, fake).item<double>(), d_loss(*gan) + entropy, 1e-9);
}

TEST(Objectives, EveryOneIsWrittenAsItIsRead) {
  EXPECT_EQ(objective_names(),
            (std::vector<std::string>{"acgan", "dtn", "gan", "hinge", "least-squares", "relativistic", "wgan"}));
  for (const auto& name : objective_names()) {
    config::FieldWriter first, second;
    named(name)->write(first);
    config::OptionTable table{name, first.as_table(), {}, {}};
    make_objective(table)->write(second);
    EXPECT_EQ(first.as_lines(), second.as_lines());
    EXPECT_THAT(first.as_lines(), ::testing::StartsWith("name = \"" + name + "\""));
  }
  EXPECT_THAT(test::error_of([] { named("hing"); }), ::testing::HasSubstr("'hinge'"));
  EXPECT_THAT(test::error_of([] { named("wgan", {"objective.clap=1"}); }), ::testing::HasSubstr("'clip'"));
}

TEST(Objectives, AreAllInTheDocument) {
  const Bytes bytes = read_file("docs/objectives.md");
  const std::string text(bytes.begin(), bytes.end());
  for (const auto& names : {objective_names(), penalty_names()}) {
    for (const auto& name : names) EXPECT_THAT(text, ::testing::HasSubstr("\n| `" + name + "` |"));
  }
}

}  // namespace
}  // namespace ganymede::objectives
