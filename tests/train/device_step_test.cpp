// A step as it is on a GPU, made on the CPU: nothing waits for the device, and nothing random comes from the host.
#include <ATen/record_function.h>

#include <map>
#include <mutex>
#include <set>

#include "ganymede/core/device.h"
#include "ganymede/data/dataset.h"
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;

std::mutex calls_guard;
std::map<std::string, int> calls;

std::unique_ptr<at::ObserverContext> note_call(const at::RecordFunction& function) {
  // What reads a value, or a shape that depends on values, and LibTorch's own random numbers.
  static const std::set<std::string> watched{"aten::item",          "aten::_local_scalar_dense",
                                             "aten::is_nonzero",    "aten::equal",
                                             "aten::nonzero",       "aten::unique2",
                                             "aten::masked_select", "aten::uniform_",
                                             "aten::normal",        "aten::normal_",
                                             "aten::random_",       "aten::bernoulli_",
                                             "aten::bernoulli",     "aten::rand",
                                             "aten::randn",         "aten::randint",
                                             "aten::randperm"};
  const std::string name = function.name();
  if (watched.contains(name)) {
    const std::lock_guard lock(calls_guard);
    ++calls[name];
  }
  return nullptr;
}

/// What of the watched operations `action` calls, on any thread.
std::map<std::string, int> watched_in(const std::function<void()>& action) {
  calls.clear();
  const auto handle = at::addGlobalCallback(at::RecordFunctionCallback(note_call).scopes({at::RecordScope::FUNCTION}));
  action();
  at::removeCallback(handle);
  return calls;
}

/// A kind of training, by name.
struct Case {
  std::string name;
  std::function<std::unique_ptr<Trainer>(const torch::Device&, std::optional<RandomSource>)> make_on;

  std::unique_ptr<Trainer> make(std::optional<RandomSource> random) const { return make_on(torch::kCPU, random); }
};

Case toy_case(const std::string& name, std::vector<std::string> overrides) {
  return {name, [=](const torch::Device& device, std::optional<RandomSource> random) {
            return std::make_unique<Trainer>(recipe(overrides), halves(), device, nullptr, random);
          }};
}

Case class_case(const std::string& name, const std::string& discriminator, std::vector<std::string> overrides) {
  overrides.insert(overrides.begin(), {"train.precision=f32", "train.batch_size=8"});
  return {name, [=](const torch::Device& device, std::optional<RandomSource> random) {
            return std::make_unique<Trainer>(test::recipe_of(kConditionalGenerator, discriminator, overrides),
                                             light_and_dark(), device, nullptr, random);
          }};
}

std::vector<Case> all_cases() {
  return {
      toy_case("gan", {"data.flip=true", "optimizer.generator.clip_norm=1"}),
      toy_case("wgan-gp", {"objective.name=wgan", "objective.clip=0", "train.discriminator_steps=2",
                           "objective.penalties=[{ gradient_penalty = 10 }]"}),
      toy_case("dragan", {"objective.penalties=[{ dragan = 10 }]", "latent.distribution=uniform"}),
      toy_case("relativistic", {"objective.name=relativistic", "train.gradient_accumulation=2",
                                "objective.penalties=[{ r1 = 0.1 }, { r2 = 0.1, every = 2 }]"}),
      toy_case("diffaugment", {"augment.name=diffaugment", "augment.instance_noise=0.1"}),
      toy_case("ada", {"augment.name=ada", "augment.target=-1", "augment.horizon=\"320 images\"", "train.steps=40"}),
      class_case("projection", kProjectionDiscriminator, {"objective.name=hinge"}),
      class_case("acgan", kTrunk, kAcgan),
      {"translation",
       [](const torch::Device& device, std::optional<RandomSource> random) {
         const auto translating = config::load_recipe("tests/support/tiny_translation.toml", {"train.precision=f32"});
         const auto open = [](int channels) {
           data::DatasetOptions options;
           options.name = "shapes";
           options.size = 16;
           options.channels = channels;
           options.count = 40;
           return data::open_dataset(options);
         };
         return std::make_unique<Trainer>(translating, open(1), device, open(3), random);
       }},
  };
}

const RandomSource kThere = RandomSource::computed_on(torch::kCPU);
constexpr int kSteps = 10;

TEST(DeviceStep, TheCountSeesWhatItWatches) {
  const Tensor x = torch::ones({3});
  const auto seen = watched_in([&] { x.sum().item<float>(), at::rand({2}); });
  EXPECT_EQ(seen.at("aten::item"), 1);
  EXPECT_EQ(seen.at("aten::rand"), 1);
  Trainer usual = trainer_of();
  EXPECT_FALSE(watched_in([&] { usual.step(false); }).empty())
      << "on the CPU a step takes them from LibTorch's generators";
}

TEST(DeviceStep, ReadsNothingAndMakesNoRandomNumberOnTheHost) {
  for (const auto& one : all_cases()) {
    const auto trainer = one.make(kThere);
    trainer->step(false);  // what is made once: the data's copy
    const auto seen = watched_in([&] {
      for (int i = 0; i < kSteps; ++i) trainer->step(false);
    });
    for (const auto& [name, times] : seen) {
      // LibTorch's standard deviation of all elements reads the mean, on the CPU alone: DRAGAN's, once a step.
      const bool std_of_all = name == "aten::item" || name == "aten::_local_scalar_dense";
      EXPECT_LE(times, one.name == "dragan" && std_of_all ? kSteps : 0) << one.name << ": " << name;
    }
  }
}

TEST(DeviceStep, IsFiniteAndAFunctionOfTheSeed) {
  for (const auto& one : all_cases()) {
    const auto losses = [&](std::optional<RandomSource> random) {
      const auto trainer = one.make(random);
      std::vector<double> out;
      run(*trainer, [&](const Trainer&, const StepResult& result) {
        out.push_back(result.loss_d.item<double>());
        out.push_back(result.loss_g.item<double>());
      });
      return out;
    };
    const auto first = losses(kThere);
    for (const double loss : first) EXPECT_TRUE(std::isfinite(loss)) << one.name;
    EXPECT_EQ(first, losses(kThere)) << one.name;
    if (one.name != "translation") {
      EXPECT_NE(first, losses({})) << one.name << ": another source of noise";
    }
  }
}

TEST(DeviceStep, HasNewNoiseThoughNothingIsLearned) {
  Trainer trainer(
      recipe({"train.steps=6", "optimizer.generator.learning_rate=0", "optimizer.discriminator.learning_rate=0"}),
      halves(), torch::kCPU, nullptr, kThere);
  std::set<double> losses;
  run(trainer, [&](const Trainer&, const StepResult& result) { losses.insert(result.loss_g.item<double>()); });
  EXPECT_EQ(losses.size(), 6u);
}

TEST(DeviceStep, OnAGpuACapturedStepLeavesTheBytesOfALaunchedOne) {
  if (cuda_devices() == 0) GTEST_SKIP() << "no CUDA device: nothing can be captured on one";
  const auto state_after = [](const Case& one, const char* graphs) {
    ::setenv("GANYMEDE_CUDA_GRAPHS", graphs, /*overwrite=*/1);
    const auto trainer = one.make_on(torch::Device(torch::kCUDA, 0), {});
    run(*trainer, [&](const Trainer&, const StepResult&) {});
    ::unsetenv("GANYMEDE_CUDA_GRAPHS");
    return trainer->state();
  };
  for (const auto& one : all_cases()) {
    const auto launched = state_after(one, "off"), captured = state_after(one, "on");
    ASSERT_EQ(launched.size(), captured.size());
    for (std::size_t i = 0; i < launched.size(); ++i)
      EXPECT_TRUE(test::same(launched[i].tensor.cpu(), captured[i].tensor.cpu()))
          << one.name << " " << launched[i].name;
  }
}

TEST(DeviceStep, ResumesExactly) {
  const auto ada = all_cases()[5];
  const auto whole = ada.make(kThere);
  checkpoint::SafetensorsFile saved;
  run(*whole, [&](const Trainer& t, const StepResult&) {
    if (t.training_state().step != 6) return;
    for (const auto& named : t.state()) saved.tensors.push_back({named.name, named.tensor.clone()});
    saved.metadata = checkpoint::metadata(t.recipe(), 6);
  });
  const auto resumed = ada.make(kThere);
  resumed->load_state(saved, "here", 1);
  run(*resumed);
  const auto a = whole->state(), b = resumed->state();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(test::same(a[i].tensor, b[i].tensor)) << a[i].name;
}

TEST(DeviceStep, ProbabilityMovesAsOnTheHost) {
  const auto probabilities = [](std::optional<RandomSource> random) {
    Trainer trainer(recipe({"train.steps=9", "augment.name=ada", "augment.target=-1", "augment.horizon=\"160 images\"",
                            "optimizer.discriminator.learning_rate=0.01"}),
                    halves(), torch::kCPU, nullptr, random);
    std::vector<double> out;
    run(trainer, [&](const Trainer&, const StepResult& r) { out.push_back(r.augment_probability.item<double>()); });
    return out;
  };
  EXPECT_EQ(probabilities(kThere), probabilities({}));
}

TEST(DeviceStep, OnAGpuGivesTheLossesOfTheCpu) {
  if (cuda_devices() == 0) GTEST_SKIP() << "no CUDA device: nothing can be trained on one";
  for (const auto& one : all_cases()) {
    const auto here = one.make(kThere), there = one.make_on(torch::Device(torch::kCUDA, 0), {});
    for (int i = 0; i < kSteps; ++i) {
      const auto expected = here->step(false), found = there->step(false);
      EXPECT_NEAR(found.loss_d.item<double>(), expected.loss_d.item<double>(), 1e-2) << one.name << ", step " << i;
      EXPECT_NEAR(found.loss_g.item<double>(), expected.loss_g.item<double>(), 1e-2) << one.name << ", step " << i;
    }
  }
}

}  // namespace
}  // namespace ganymede::train
