// The trainer's step as the algorithm it is: who learns when, from what, and that a resumed one is the same.
#include "ganymede/train/trainer.h"

#include <cmath>

#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;
using test::same;

TEST(Trainer, BothNetworksLearn) {
  Trainer trainer = trainer_of();
  const auto g = copies(trainer.gan().generator.parameters()), d = copies(trainer.gan().discriminator.parameters());
  trainer.step(false);
  const auto g_after = copies(trainer.gan().generator.parameters()),
             d_after = copies(trainer.gan().discriminator.parameters());
  for (std::size_t i = 0; i < g.size(); ++i)
    EXPECT_FALSE(same(g[i], g_after[i])) << trainer.gan().generator.parameters()[i].name;
  for (std::size_t i = 0; i < d.size(); ++i)
    EXPECT_FALSE(same(d[i], d_after[i])) << trainer.gan().discriminator.parameters()[i].name;
}

TEST(Trainer, TheGeneratorsStepLeavesTheDiscriminatorAlone) {
  Trainer trainer = trainer_of();
  trainer.step(true);
  for (const auto& p : trainer.gan().discriminator.parameters()) {
    EXPECT_FALSE(p.tensor.grad().defined()) << p.name;
    EXPECT_FALSE(p.tensor.requires_grad()) << p.name << ": its weight gradients are not even computed";
  }
  for (const auto& p : trainer.gan().generator.parameters()) EXPECT_FALSE(p.tensor.grad().defined()) << p.name;
  // A rate of zero for one network freezes exactly that one.
  Trainer frozen = trainer_of({"optimizer.discriminator.learning_rate=0"});
  const auto d = copies(frozen.gan().discriminator.parameters()), g = copies(frozen.gan().generator.parameters());
  frozen.step(false);
  EXPECT_TRUE(all_same(d, copies(frozen.gan().discriminator.parameters())));
  EXPECT_FALSE(all_same(g, copies(frozen.gan().generator.parameters())));
}

/// Four images of 8 x 8 as the networks see them: [4, 3, 8, 8] in [-1, 1].
Tensor in_range_of_tanh(const data::Batch& batch) {
  const Tensor bytes = torch::from_blob(const_cast<std::uint8_t*>(std::data(batch.pixels)), {4, 8, 8, 3}, at::kByte);
  return (bytes.permute({0, 3, 1, 2}).to(at::kFloat) - 127.5) / 127.5;
}

/// Moves the weights whose names begin with `network` down the loss's gradient; returns the gradient's norm.
double descend(std::map<std::string, Tensor>& weights, const Tensor& loss, const std::string& network, double rate) {
  std::vector<Tensor> leaves;
  for (auto& [name, tensor] : weights) {
    if (name.rfind(network, 0) == 0) leaves.push_back(tensor);
  }
  const auto gradients = torch::autograd::grad({loss}, leaves);
  torch::NoGradGuard constant;
  double squares = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    squares += gradients[i].square().sum().item<double>();
    leaves[i].sub_(gradients[i], rate);
  }
  return std::sqrt(squares);
}

/// One step by the book: plain autograd and plain Adam on copies of the networks, without noise layers.
TEST(Trainer, AStepIsThePapersAlgorithm) {
  const std::vector<std::string> plain{"optimizer.generator.learning_rate=0.01", "optimizer.discriminator.name=sgd",
                                       "optimizer.discriminator.learning_rate=0.1", "optimizer.generator.name=sgd"};
  const auto config = test::recipe_of("{ dense = 192 }, \"tanh\", { reshape = [3, 8, 8] }",
                                      "\"flatten\", { dense = 6 }, { leaky_relu = 0.2 }, { dense = 1 }", [&] {
                                        auto all = plain;
                                        all.push_back("train.precision=f32");
                                        return all;
                                      }());
  const auto dataset = halves();
  Trainer trainer(config, dataset, torch::kCPU);
  std::map<std::string, Tensor> w;
  for (const auto& p : trainer.gan().generator.parameters())
    w["g." + p.name] = p.tensor.detach().clone().set_requires_grad(true);
  for (const auto& p : trainer.gan().discriminator.parameters())
    w["d." + p.name] = p.tensor.detach().clone().set_requires_grad(true);
  const StepResult result = trainer.step(true);

  data::Loader loader(dataset, {.batch_size = 4, .seed = 0, .flip = false}, 0);
  const Tensor real = in_range_of_tanh(loader.next());
  const Tensor z = models::sample_latents(config.latent, 4, stream_seed(0, "latent", 0));
  const auto generated = [&] {
    return at::tanh(at::linear(z, w["g.dense_1.weight"], w["g.dense_1.bias"])).reshape({4, 3, 8, 8});
  };
  const auto discriminate = [&](const Tensor& x) {
    return at::linear(at::leaky_relu(at::linear(x.flatten(1), w["d.dense_1.weight"], w["d.dense_1.bias"]), 0.2),
                      w["d.dense_2.weight"], w["d.dense_2.bias"])
        .flatten();
  };
  const Tensor loss_d = at::binary_cross_entropy_with_logits(discriminate(real), torch::ones({4})) +
                        at::binary_cross_entropy_with_logits(discriminate(generated().detach()), torch::zeros({4}));
  const double norm_d = descend(w, loss_d, "d.", 0.1);
  const Tensor loss_g = at::binary_cross_entropy_with_logits(discriminate(generated()), torch::ones({4}));
  const double norm_g = descend(w, loss_g, "g.", 0.01);

  EXPECT_NEAR(result.loss_d.item<double>(), loss_d.item<double>(), 1e-5);
  EXPECT_NEAR(result.loss_g.item<double>(), loss_g.item<double>(), 1e-5);
  EXPECT_NEAR(result.grad_norm_d, norm_d, 1e-4);
  EXPECT_NEAR(result.grad_norm_g, norm_g, 1e-4);
  for (const auto& p : trainer.gan().discriminator.parameters())
    EXPECT_LT(test::distance(p.tensor, w["d." + p.name]), 1e-4) << p.name;
  for (const auto& p : trainer.gan().generator.parameters())
    EXPECT_LT(test::distance(p.tensor, w["g." + p.name]), 1e-4) << p.name;
}

TEST(Trainer, CountsStepsImagesAndEpochs) {
  Trainer trainer = trainer_of({"train.epochs=2", "train.discriminator_steps=3"});
  EXPECT_EQ(trainer.images_per_step(), 12u);
  EXPECT_EQ(trainer.total_steps(), 6u) << "64 images, 12 a step, rounded up";
  run(trainer);
  EXPECT_EQ(trainer.training_state().step, 6u);
  EXPECT_EQ(trainer.training_state().images, 72u);
  EXPECT_DOUBLE_EQ(trainer.epoch(), 2.25);
}

TEST(Trainer, ResumesToTheSameState) {
  for (const char* precision : {"train.precision=f32", "train.precision=bf16"}) {
    expect_exact_resume({precision, "train.steps=8", "train.discriminator_steps=2", "data.flip=true",
                         "optimizer.generator.schedule=linear"},
                        3);
  }
}

TEST(Trainer, TheSeedIsAllTheRandomness) {
  const auto weights = [](const char* seed) {
    Trainer trainer = trainer_of({seed, "train.steps=3"});
    run(trainer);
    return copies(trainer.gan().generator.parameters());
  };
  EXPECT_TRUE(all_same(weights("train.seed=1"), weights("train.seed=1")));
  EXPECT_FALSE(all_same(weights("train.seed=1"), weights("train.seed=2")));
}

TEST(Trainer, ADiscriminatorLearnsAToySet) {
  Trainer trainer = trainer_of(
      {"optimizer.generator.learning_rate=0", "optimizer.discriminator.learning_rate=0.003", "train.steps=60"});
  std::vector<double> losses;
  run(trainer, [&](const Trainer&, const StepResult& r) { losses.push_back(r.loss_d.item<double>()); });
  const auto mean = [&](std::size_t from) {
    return (losses[from] + losses[from + 1] + losses[from + 2] + losses[from + 3] + losses[from + 4]) / 5;
  };
  EXPECT_LT(mean(55), 0.5 * mean(0));
}

TEST(Trainer, AGeneratorLearnsAToySet) {
  Trainer trainer =
      trainer_of({"optimizer.generator.learning_rate=0.005", "optimizer.discriminator.learning_rate=0.002",
                  "train.steps=150", "train.batch_size=8"});
  // How much lighter the left half is than the right one: about 1.5 in the data, 0 at the start.
  const auto contrast = [&] {
    nn::ForwardContext context;
    torch::NoGradGuard constant;
    const Tensor x =
        trainer.sampling_generator().forward(models::sample_latents(trainer.recipe().latent, 64, 1), context);
    return (x.slice(3, 0, 4).mean() - x.slice(3, 4, 8).mean()).item<double>();
  };
  EXPECT_LT(std::abs(contrast()), 0.3);
  run(trainer);
  EXPECT_GT(contrast(), 0.8);
}

TEST(Trainer, GeneratesWithTheAverageWhereThereIsOne) {
  Trainer trainer = trainer_of();
  EXPECT_NE(&trainer.sampling_generator(), &trainer.gan().generator);
  Trainer plain = trainer_of({"train.ema=0"});
  EXPECT_EQ(&plain.sampling_generator(), &plain.gan().generator);
}

/// The live network's statistics, which an average was generated with before, are those of other weights.
TEST(Trainer, TheAverageHasBatchStatisticsOfItsOwn) {
  Trainer trainer = trainer_of({"train.ema=0.99", "optimizer.generator.learning_rate=0.01", "train.steps=60"});
  run(trainer);
  EXPECT_LT(unsettled(trainer), 0.02);
  Trainer rarely = trainer_of({"train.ema=0.99", "optimizer.generator.learning_rate=0.01", "train.steps=60"});
  run(rarely, [](const Trainer& t, const StepResult&) {
    if (t.training_state().step % 7 == 0) t.sampling_generator();
  });
  const auto a = trainer.state(), b = rarely.state();
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_TRUE(same(a[i].tensor, b[i].tensor)) << a[i].name << ": looking changes nothing";
}

TEST(Trainer, ResolvesItsRecipe) {
  const Trainer trainer = trainer_of();
  const std::string written = config::to_toml(trainer.recipe());
  for (const char* text : {"discriminator_weight = 1.0", "output_padding = 0", "torch_momentum = 0.1", "size = 8\n",
                           "label_smoothing = 0.0"}) {
    EXPECT_THAT(written, ::testing::HasSubstr(text));
  }
  EXPECT_THAT(test::error_of([] { trainer_of({"optimizer.generator.warmup=\"3 minutes\""}); }),
              ::testing::HasSubstr("'warmup'"));
}

}  // namespace
}  // namespace ganymede::train
