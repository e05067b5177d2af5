// What a run keeps that ends by an error.
#include <atomic>
#include <cmath>

#include "ganymede/train/observers.h"
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;

/// Whose images can no longer be read after so many were.
class Vanishing : public data::Dataset {
 public:
  Vanishing(std::shared_ptr<const data::Dataset> whole, int readable) : whole_(std::move(whole)), left_(readable) {}
  const data::DatasetInfo& info() const override { return whole_->info(); }
  std::size_t size() const override { return whole_->size(); }
  int label(std::size_t index) const override { return whole_->label(index); }
  void read(std::size_t index, std::span<std::uint8_t> pixels) const override {
    if (left_-- <= 0) throw Error("cannot read", "image");
    whole_->read(index, pixels);
  }

 private:
  std::shared_ptr<const data::Dataset> whole_;
  mutable std::atomic<int> left_;
};

const std::vector<std::string> kNeverSaved{"train.steps=20", "train.batch_size=8", "train.checkpoint_every=1000"};

/// The step of the only checkpoint, which is the model's too; 0 where there is none.
std::uint64_t saved_step(const RunFolder& folder) {
  const auto all = folder.checkpoints();
  if (all.empty()) return 0;
  const auto file = checkpoint::read_safetensors(all.front());
  EXPECT_EQ(folder.model_step(), checkpoint::step_of(file));
  return checkpoint::step_of(file);
}

std::vector<std::unique_ptr<Observer>> observers(const RunFolder& folder, double keep_every,
                                                 std::function<void(const Trainer&, const StepResult&)> action) {
  std::vector<std::unique_ptr<Observer>> out;
  out.push_back(std::make_unique<Each>(std::move(action)));
  out.push_back(checkpoint_observer(folder, keep_every));
  return out;
}

void spoil(const Trainer& trainer) {
  const torch::NoGradGuard constant;
  trainer.gan().generator.parameters().front().tensor.fill_(std::nan(""));
}

TEST(Failure, UnreadableDataCostsNoStep) {
  const test::TemporaryFolder place;
  const RunFolder folder(place / "run", false);
  Trainer trainer(recipe(kNeverSaved), std::make_shared<Vanishing>(halves(), 8 * 6), torch::kCPU);
  checkpoint::SafetensorsFile last;
  const auto all = observers(folder, 1e9, [&](const Trainer& t, const StepResult&) {
    last.tensors.clear();
    for (const auto& named : t.state()) last.tensors.push_back({named.name, named.tensor.clone()});
  });
  EXPECT_THROW(trainer.run(all), Error);
  EXPECT_EQ(trainer.training_state().step, 6);
  EXPECT_EQ(saved_step(folder), 6);
  const auto saved = checkpoint::read_safetensors(folder.checkpoints().front());
  for (const auto& [name, tensor] : last.tensors) EXPECT_TRUE(test::same(tensor, *saved.find(name))) << name;
}

TEST(Failure, OfASpoiledNetworkTheLastSoundStepIsSaved) {
  const test::TemporaryFolder place;
  const RunFolder folder(place / "run", false);
  Trainer trainer = trainer_of(kNeverSaved);
  const auto all = observers(folder, 0, [](const Trainer& t, const StepResult&) {
    if (t.training_state().step == 9) spoil(t);
  });
  EXPECT_THROW(trainer.run(all), Error);
  EXPECT_EQ(saved_step(folder), 8);
}

/// The toy generator has batch norms.
std::vector<std::string> averaged(std::vector<std::string> options) {
  options.emplace_back("train.ema=0.9");
  return options;
}

TEST(Failure, TheModelOfACopyInMemoryIsThatOfARunOfSoManySteps) {
  const test::TemporaryFolder place;
  const RunFolder spoiled(place / "spoiled", false), whole(place / "whole", false);
  Trainer trainer = trainer_of(averaged(kNeverSaved));
  EXPECT_THROW(trainer.run(observers(spoiled, 0,
                                     [](const Trainer& t, const StepResult&) {
                                       if (t.training_state().step == 9) spoil(t);
                                     })),
               Error);
  auto options = averaged(kNeverSaved);
  options.front() = "train.steps=8";
  trainer_of(options).run(observers(whole, 1e9, [](const Trainer&, const StepResult&) {}));
  const auto copy = checkpoint::read_safetensors(spoiled.file(kModelFile));
  const auto model = checkpoint::read_safetensors(whole.file(kModelFile));
  ASSERT_EQ(copy.tensors.size(), model.tensors.size());
  int of_average = 0;
  for (const auto& [name, tensor] : model.tensors) {
    EXPECT_TRUE(test::same(tensor, *copy.find(name))) << name;
    of_average += name.starts_with("ema.") && name.ends_with("running_var") ? 1 : 0;
  }
  EXPECT_EQ(of_average, 1);
}

TEST(Failure, ACopyInMemoryCostsNoStatistics) {
  Trainer trainer = trainer_of(averaged(kNeverSaved));
  trainer.step(false);
  const auto variance = [](const std::vector<checkpoint::NamedTensor>& tensors) {
    for (const auto& [name, tensor] : tensors) {
      if (name.starts_with("ema.") && name.ends_with("running_var")) return tensor.clone();
    }
    throw Error("no statistics");
  };
  auto copy = trainer.unsettled_state();
  const Tensor before = variance(copy);
  EXPECT_FALSE(test::same(before, variance(trainer.state())));
  for (auto& named : copy) named.tensor = named.tensor.clone();
  trainer.settle(copy);
  EXPECT_TRUE(test::same(variance(copy), variance(trainer.state())));
}

TEST(Failure, WhatWasSavedAlreadyStays) {
  const test::TemporaryFolder place;
  const RunFolder folder(place / "run", false);
  auto options = kNeverSaved;
  options.back() = "train.checkpoint_every=5";
  Trainer trainer = trainer_of(options);
  const auto all = observers(folder, 1e9, [](const Trainer& t, const StepResult&) {
    if (t.training_state().step == 9) spoil(t);
  });
  EXPECT_THROW(trainer.run(all), Error);
  EXPECT_EQ(saved_step(folder), 5);
}

TEST(Failure, AFolderThatIsGoneIsNotMadeAgain) {
  const test::TemporaryFolder place;
  const RunFolder folder(place / "run", false);
  Trainer trainer = trainer_of(kNeverSaved);
  const auto all = observers(folder, 1e9, [&](const Trainer& t, const StepResult&) {
    if (t.training_state().step < 3) return;
    std::filesystem::remove_all(place / "run");
    throw Error("something");
  });
  EXPECT_THROW(trainer.run(all), Error);
  EXPECT_FALSE(std::filesystem::exists(place / "run"));
}

TEST(Resume, CountsTheImagesThatWereSeen) {
  Trainer before = trainer_of({"train.batch_size=8"});
  checkpoint::SafetensorsFile saved;
  for (const auto& named : before.state()) saved.tensors.push_back({named.name, named.tensor.clone()});
  saved.metadata = checkpoint::metadata(before.recipe(), 6);
  saved.metadata[checkpoint::kImages] = "48";
  Trainer resumed = trainer_of({"train.batch_size=2"});
  resumed.load_state(saved, "here", 0);
  EXPECT_EQ(resumed.training_state().images, 48);
  saved.metadata.erase(checkpoint::kImages);  // a file of an earlier version
  resumed.load_state(saved, "here", 0);
  EXPECT_EQ(resumed.training_state().images, 12);
}

}  // namespace
}  // namespace ganymede::train
