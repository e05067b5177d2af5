// A small trainer and its data, for the tests of the training loop.
#pragma once

#include <algorithm>
#include <functional>

#include "ganymede/data/memory.h"
#include "ganymede/nn/statistics_scope.h"
#include "ganymede/train/trainer.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"

namespace ganymede::train::toy {

inline constexpr const char* kGenerator =
    "{ dense = 64, bias = false }, \"batch_norm\", \"relu\", { reshape = [4, 4, 4] }, { conv_transpose = 3, kernel = "
    "4, stride = 2, padding = 1 }, \"tanh\"";
inline constexpr const char* kDiscriminator =
    "{ conv = 8, kernel = 4, stride = 2, padding = 1, spectral_norm = true }, { leaky_relu = 0.2 }, { dropout = 0.3 }, "
    "\"flatten\", { dense = 1 }";

/// 32 images of 8x8: the left half light, the right half dark, with a little noise.
inline std::shared_ptr<const data::Dataset> halves() {
  data::Images images{8, 8, 3, {}, std::vector<std::int32_t>(32, -1), {}, "none"};
  Random random(1);
  for (int i = 0; i < 32 * 64; ++i) {
    for (int c = 0; c < 3; ++c)
      images.pixels.push_back(static_cast<std::uint8_t>((i % 8 < 4 ? 220 : 30) + random.below(20)));
  }
  data::DatasetInfo info;
  info.name = "halves";
  info.height = info.width = 8;
  info.channels = 3;
  return data::in_memory(info, images);
}

inline constexpr const char* kConditionalGenerator =
    "{ label_embedding = 4, classes = 2 }, { dense = 64, bias = false }, { reshape = [4, 4, 4] }, { "
    "conditional_batch_norm = "
    "true, classes = 2 }, \"relu\", { conv_transpose = 3, kernel = 4, stride = 2, padding = 1 }, \"tanh\"";
inline constexpr const char* kProjectionDiscriminator =
    "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\", { projection = true, "
    "classes = 2 }";
inline constexpr const char* kTrunk =
    "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\"";

/// 32 images of 8x8: class 0 dark, class 1 light.
inline std::shared_ptr<const data::Dataset> light_and_dark() {
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

inline const std::vector<std::string> kAcgan{"objective.name=acgan", "discriminator.heads.adversarial=[{ dense = 1 }]",
                                             "discriminator.heads.classes=[{ dense = 2 }]"};

inline config::Recipe recipe(std::vector<std::string> overrides = {}) {
  overrides.insert(overrides.begin(), {"generator.init=glorot_uniform", "discriminator.init=glorot_uniform",
                                       "train.precision=f32", "train.ema=0.9"});
  return test::recipe_of(kGenerator, kDiscriminator, overrides);
}

inline Trainer trainer_of(const std::vector<std::string>& overrides = {}) {
  return {recipe(overrides), halves(), torch::kCPU};
}

inline std::vector<Tensor> copies(const std::vector<models::NetworkTensor>& tensors) {
  std::vector<Tensor> out;
  for (const auto& named : tensors) out.push_back(named.tensor.detach().clone());
  return out;
}

inline bool all_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), test::same);
}

/// Calls a function after each step.
class Each : public Observer {
 public:
  explicit Each(std::function<void(const Trainer&, const StepResult&)> action) : action_(std::move(action)) {}
  void after_step(const Trainer& trainer, const TrainingState&, const StepResult& result) override {
    action_(trainer, result);
  }

 private:
  std::function<void(const Trainer&, const StepResult&)> action_;
};

inline void run(Trainer& trainer, std::function<void(const Trainer&, const StepResult&)> action = [](auto&, auto&) {}) {
  std::vector<std::unique_ptr<Observer>> observers;
  observers.push_back(std::make_unique<Each>(std::move(action)));
  trainer.run(observers);
}

/// How far images generated with the running statistics of batch norms are from those generated with a large batch's
/// own.
inline double unsettled(const Trainer& trainer, const Tensor& labels = {}) {
  torch::NoGradGuard constant;
  const Tensor z = models::sample_latents(trainer.recipe().latent, 2048, 5);
  nn::ForwardContext running, own;
  running.labels = own.labels = labels;
  const auto& generator = trainer.sampling_generator();
  const Tensor known = generator.forward(z, running);
  const nn::StatisticsScope scope(0);  // moves nothing
  return (known - generator.forward(z, own)).abs().mean().item<double>();
}

/// Expects a run of `options` that went on from its state after `at` steps to end where an uninterrupted one does.
inline void expect_exact_resume(const std::vector<std::string>& options, std::uint64_t at) {
  Trainer whole = trainer_of(options);
  checkpoint::SafetensorsFile saved;
  run(whole, [&](const Trainer& t, const StepResult&) {
    if (t.training_state().step != at) return;
    for (const auto& named : t.state()) saved.tensors.push_back({named.name, named.tensor.clone()});
    saved.metadata = checkpoint::metadata(t.recipe(), at);
  });
  Trainer resumed = trainer_of(options);
  resumed.load_state(saved, "here", 1.5);
  EXPECT_EQ(resumed.training_state().step, at);
  EXPECT_EQ(resumed.training_state().images, at * resumed.images_per_step());
  EXPECT_EQ(resumed.training_state().seconds, 1.5);
  run(resumed);
  const auto a = whole.state(), b = resumed.state();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(test::same(a[i].tensor, b[i].tensor)) << a[i].name;
}

}  // namespace ganymede::train::toy
