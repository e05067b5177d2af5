// What the loop makes of objectives, penalties and schedules.
#include <cmath>

#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;

constexpr const char* kPlainDiscriminator = "\"flatten\", { dense = 6 }, { leaky_relu = 0.2 }, { dense = 1 }";

/// No noise and no statistics of the batch: losses are means over images.
Trainer plain_trainer(std::vector<std::string> overrides, const std::string& discriminator = kPlainDiscriminator) {
  overrides.insert(overrides.begin(),
                   {"train.precision=f32", "optimizer.generator.name=sgd", "optimizer.discriminator.name=sgd",
                    "optimizer.generator.learning_rate=0.1", "optimizer.discriminator.learning_rate=0.1"});
  return {test::recipe_of("{ dense = 192 }, \"tanh\", { reshape = [3, 8, 8] }", discriminator, overrides), halves(),
          torch::kCPU};
}

TEST(TrainerWithWgan, CriticsWeightsStayClippedAfterEveryStep) {
  Trainer trainer = trainer_of({"objective.name=wgan", "train.steps=10", "train.discriminator_steps=5",
                                "optimizer.discriminator.name=rmsprop", "optimizer.discriminator.learning_rate=0.01"});
  run(trainer, [](const Trainer& t, const StepResult&) {
    double largest = 0;
    for (const auto& p : t.gan().discriminator.parameters())
      largest = std::max(largest, p.tensor.abs().max().item<double>());
    EXPECT_LE(largest, 0.01f);
    EXPECT_GT(largest, 0.009) << "the critic pushes against the limit";
  });
}

TEST(TrainerWithPenalties, APenaltyIsItsClosedForm) {
  // A linear discriminator's gradient is its weight, everywhere: R1 = R2 = weight / 2 * |w|^2.
  for (const char* kind : {"r1", "r2"}) {
    Trainer trainer =
        plain_trainer({std::string("objective.penalties=[{ ") + kind + " = 3 }]"}, "\"flatten\", { dense = 1 }");
    const double squares = trainer.gan().discriminator.parameters()[0].tensor.square().sum().item<double>();
    const StepResult result = trainer.step(false);
    EXPECT_NEAR(result.penalty.item<double>(), 1.5 * squares, 1e-5 * squares) << kind;
    EXPECT_GT(result.loss_d.item<double>(), result.penalty.item<double>());
  }
}

TEST(TrainerWithPenalties, LazyOnesComeSeldomAndWeighMore) {
  const std::string linear = "\"flatten\", { dense = 1 }";
  Trainer lazy = plain_trainer({"objective.penalties=[{ r1 = 1, every = 4 }]", "train.steps=8"}, linear);
  Trainer eager = plain_trainer({"objective.penalties=[{ r1 = 1 }]"}, linear);
  const double every = eager.step(false).penalty.item<double>();
  int step = 0;
  run(lazy, [&](const Trainer&, const StepResult& result) {
    EXPECT_EQ(result.penalty.defined(), step % 4 == 0) << step;
    if (step++ == 0) {
      EXPECT_NEAR(result.penalty.item<double>(), 4 * every, 1e-6);
    }
  });
}

TEST(TrainerWithPenalties, WeightsFollowTheirSchedule) {
  // The discriminator does not learn, so |w|^2 stays and the term shows the weight: 1, 0.75, 0.5, 0.25, 0, 0.
  Trainer trainer = plain_trainer({"objective.penalties=[{ r1 = { from = 1, to = 0, over = \"16 images\" } }]",
                                   "train.steps=6", "optimizer.discriminator.learning_rate=0"},
                                  "\"flatten\", { dense = 1 }");
  std::vector<double> terms;
  run(trainer, [&](const Trainer&, const StepResult& result) { terms.push_back(result.penalty.item<double>()); });
  ASSERT_EQ(terms.size(), 6u);
  for (int i = 0; i < 6; ++i)
    EXPECT_NEAR(terms[static_cast<size_t>(i)] / terms[0], std::max(0.0, 1 - i / 4.0), 1e-5) << i;
}

TEST(TrainerWithPenalties, GradientNormsApproachOne) {
  Trainer trainer =
      plain_trainer({"objective.name=wgan", "objective.clip=0", "objective.penalties=[{ gradient_penalty = 200 }]",
                     "train.steps=200", "train.batch_size=8", "optimizer.discriminator.name=adam",
                     "optimizer.discriminator.learning_rate=0.002", "optimizer.generator.learning_rate=0.001"});
  double first = 0, last = 0;
  run(trainer, [&](const Trainer& t, const StepResult& result) {
    // The term is 200 * mean (norm - 1)^2. Both sets lie some 20 apart: with the paper's 10 the optimum is a norm of 2.
    if (t.training_state().step <= 5) first += std::sqrt(result.penalty.item<double>() / 200) / 5;
    if (t.training_state().step > 180) last += std::sqrt(result.penalty.item<double>() / 200) / 20;
  });
  EXPECT_GT(first, 0.5);
  EXPECT_LT(last, 0.2);
}

TEST(TrainerWithPenalties, ResumeExactly) {
  for (const char* precision : {"train.precision=f32", "train.precision=bf16"}) {
    expect_exact_resume({precision, "train.steps=6", "objective.name=relativistic", "train.ema_rampup=0.5",
                         "objective.penalties=[{ r1 = 0.1 }, { r2 = 0.1 }, { dragan = 1, every = 2 }]",
                         "optimizer.generator.beta2={ from = 0.9, to = 0.99, over = 6 }"},
                        3);
  }
}

TEST(TrainerWithAugmentation, ResumesExactly) {
  expect_exact_resume({"train.steps=8", "augment.name=diffaugment",
                       "augment.instance_noise={ from = 0.2, to = 0, over = 8 }", "objective.penalties=[{ r1 = 0.1 }]"},
                      3);
  expect_exact_resume(
      {"train.steps=8", "augment.name=ada", "augment.target=-0.9", "augment.horizon=\"100 images\"", "data.flip=true"},
      6);
}

TEST(TrainerWithAugmentation, ProbabilityMovesByItself) {
  // The mean sign of D(real) is above -1 as soon as one image is taken for real: 16 images in 4 updates, of 160.
  Trainer trainer = trainer_of({"train.steps=9", "augment.name=ada", "augment.target=-1",
                                "augment.horizon=\"160 images\"", "optimizer.discriminator.learning_rate=0.01"});
  std::vector<double> p;
  run(trainer,
      [&](const Trainer&, const StepResult& result) { p.push_back(result.augment_probability.item<double>()); });
  EXPECT_EQ(p[0], 0);
  EXPECT_NEAR(p[8], 0.2, 1e-9);
}

TEST(Trainer, EveryObjectiveTrainsBothNetworks) {
  for (const auto& name : objectives::objective_names()) {
    if (name == "acgan" || name == "dtn") continue;  // need classes, or images to translate
    Trainer trainer = trainer_of({"objective.name=" + name, "train.steps=2"});
    const auto g = copies(trainer.gan().generator.parameters()), d = copies(trainer.gan().discriminator.parameters());
    run(trainer, [&](const Trainer&, const StepResult& result) {
      EXPECT_TRUE(std::isfinite(result.loss_g.item<double>())) << name;
    });
    EXPECT_FALSE(all_same(g, copies(trainer.gan().generator.parameters()))) << name;
    EXPECT_FALSE(all_same(d, copies(trainer.gan().discriminator.parameters()))) << name;
  }
}

TEST(Trainer, AccumulatedPartsMakeTheWholeBatchsGradient) {
  const std::vector<std::string> options{"objective.penalties=[{ r1 = 0.5 }]", "train.discriminator_steps=2"};
  auto parts = options;
  parts.push_back("train.gradient_accumulation=4");
  Trainer whole = plain_trainer(options), split = plain_trainer(parts);
  const StepResult a = whole.step(true), b = split.step(true);
  EXPECT_NEAR(a.loss_d.item<double>(), b.loss_d.item<double>(), 1e-5);
  EXPECT_NEAR(a.loss_g.item<double>(), b.loss_g.item<double>(), 1e-5);
  EXPECT_NEAR(a.d_real.item<double>(), b.d_real.item<double>(), 1e-5);
  EXPECT_NEAR(a.penalty.item<double>(), b.penalty.item<double>(), 1e-5);
  EXPECT_NEAR(a.grad_norm_g, b.grad_norm_g, 1e-4);
  const auto x = whole.state(), y = split.state();
  for (std::size_t i = 0; i < x.size(); ++i)
    EXPECT_LT((x[i].tensor - y[i].tensor).abs().max().item<double>(), 1e-5) << x[i].name;
  EXPECT_THAT(test::error_of([] { plain_trainer({"train.gradient_accumulation=3"}); }),
              ::testing::HasSubstr("divisor"));
}

TEST(Trainer, FrozenLayersStay) {
  Trainer trainer = plain_trainer({"train.freeze_discriminator=1", "train.steps=2"});
  const auto before = copies(trainer.gan().discriminator.parameters());
  run(trainer);
  const auto after = trainer.gan().discriminator.parameters();
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(test::same(before[i], after[i].tensor), after[i].name.starts_with("dense_1.")) << after[i].name;
  }
}

TEST(Trainer, AverageFollowsItsRampup) {
  // One image in two is remembered for a half-life of 0.5 * seen: after n steps of b images, decay = 2^(-b / (0.5 n
  // b)).
  Trainer trainer = plain_trainer({"train.ema=0.9", "train.ema_rampup=0.5", "train.steps=8"});
  const auto weight = [](const models::Network& n) {
    return n.parameters()[0].tensor.detach().to(at::kDouble).clone();
  };
  Tensor expected = weight(trainer.gan().generator);
  run(trainer, [&](const Trainer& t, const StepResult&) {
    const double decay = std::min(0.9, std::exp2(-2.0 / static_cast<double>(t.training_state().step)));
    expected = decay * expected + (1 - decay) * weight(t.gan().generator);
    EXPECT_LT(test::distance(weight(t.sampling_generator()), expected), 1e-6) << t.training_state().step;
  });
}

TEST(Trainer, SpectralNormsAreOneAfterAHundredSteps) {
  Trainer trainer = trainer_of({"train.steps=100"});
  run(trainer);
  nn::ForwardContext context;
  const auto state = trainer.gan().discriminator.state();
  const auto find = [&](const std::string& name) {
    for (const auto& s : state) {
      if (s.name == name) return s.tensor.detach().to(at::kDouble);
    }
    throw std::logic_error("no tensor " + name);
  };
  const Tensor w = find("conv_1.weight").flatten(1), u = find("conv_1.u"), v = find("conv_1.v");
  const double sigma = u.dot(w.mv(v)).item<double>();
  EXPECT_NEAR(at::linalg_svdvals(w / sigma)[0].item<double>(), 1, 1e-2);
}

}  // namespace
}  // namespace ganymede::train
