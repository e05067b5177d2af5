// The objective `dtn` against its closed form.
#include <cmath>

#include "ganymede/objectives/objective.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"

namespace ganymede::objectives {
namespace {

std::unique_ptr<Objective> dtn(std::vector<std::string> overrides = {}) {
  overrides.insert(overrides.begin(), "objective.name=dtn");
  return make_objective(test::recipe_of("\"relu\"", "\"relu\"", overrides).objective);
}

DiscriminatorOutput of_logits(const Tensor& logits) {
  return {.scores = {}, .class_logits = {}, .labels = {}, .logits = logits};
}

const Tensor kRealLogits = torch::tensor({{0.0, 0.0, 2.0}}, at::kDouble);
// One image generated from the source domain, then one generated from the target domain.
const Tensor kGeneratedLogits = torch::tensor({{1.0, 0.0, 0.0}, {0.0, 0.5, -1.0}}, at::kDouble);

double minus_log_share(double a, double b, double c, double of) {
  return std::log(std::exp(a) + std::exp(b) + std::exp(c)) - of;
}

TEST(DomainTransfer, DiscriminatorTellsThreeThingsApart) {
  const auto objective = dtn();
  EXPECT_EQ(objective->output_size(), 3);
  EXPECT_TRUE(objective->translates());
  const double expected = minus_log_share(1, 0, 0, 1) + minus_log_share(0, 0.5, -1, 0.5) + minus_log_share(0, 0, 2, 2);
  EXPECT_NEAR(objective->discriminator_loss(of_logits(kRealLogits), of_logits(kGeneratedLogits)).item<double>(),
              expected, 1e-12);
}

TEST(DomainTransfer, GeneratorWantsBothTakenForReal) {
  const double expected = minus_log_share(1, 0, 0, 0) + minus_log_share(0, 0.5, -1, -1);
  EXPECT_NEAR(dtn()->generator_loss(of_logits(kGeneratedLogits), {}).item<double>(), expected, 1e-12);
}

TEST(DomainTransfer, TranslationsKeepTheCodeAndTheTargetDomain) {
  const Translation t{.codes = torch::tensor({{1.0, 2.0}}, at::kDouble),
                      .codes_again = torch::tensor({{1.5, 2.0}}, at::kDouble),
                      .target = at::zeros({1, 1, 2, 2}, at::kDouble),
                      .target_again = torch::tensor({0.0, 1.0, 0.0, 1.0}, at::kDouble).reshape({1, 1, 2, 2}),
                      .generated = torch::tensor({0.0, 3.0, 4.0, 7.0}, at::kDouble).reshape({1, 1, 2, 2})};
  EXPECT_NEAR(dtn({"objective.constancy=2", "objective.identity=3"})->translation_loss(t).item<double>(),
              2 * 0.125 + 3 * 0.5, 1e-12);
  EXPECT_NEAR(dtn({"objective.constancy=0", "objective.identity=0", "objective.total_variation=0.1"})
                  ->translation_loss(t)
                  .item<double>(),
              0.1 * 5, 1e-6)
      << "the pixel at the top left rises by 3 to the right and by 4 downwards";
}

}  // namespace
}  // namespace ganymede::objectives
