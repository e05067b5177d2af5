#include <cmath>

#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

class GuardObserver : public Observer {
 public:
  explicit GuardObserver(const RunFolder& folder) : folder_(folder) {}

  void on_start(const Trainer& trainer) override {
    trigger_.emplace(trainer.recipe().train.checkpoint_every, trainer.dataset().size());
  }

  void after_step(const Trainer& trainer, const TrainingState& before, const StepResult& result) override {
    folder_.expect_there();
    const bool due = trigger_->fires(before, trainer.training_state());
    // Looking at a loss waits for the device; on a GPU that is worth doing only now and then.
    constexpr std::uint64_t kLookEvery = 50;
    if (!due && !trainer.device().is_cpu() && trainer.training_state().step % kLookEvery != 0) return;
    expect_finite(result.loss_d.item<double>(), "the discriminator's loss", trainer);
    expect_finite(result.loss_g.item<double>(), "the generator's loss", trainer);
  }

  void on_finish(const Trainer&) override { folder_.expect_there(); }

 private:
  void expect_finite(double value, const std::string& what, const Trainer& trainer) const {
    if (!std::isfinite(value)) throw_unsound(folder_, trainer, what + " is not finite");
  }

  const RunFolder& folder_;
  std::optional<Trigger> trigger_;
};

}  // namespace

void throw_unsound(const RunFolder& folder, const Trainer& trainer, const std::string& what) {
  const auto saved = folder.checkpoints();
  const std::string good = saved.empty() ? "" : "the last good checkpoint is " + saved.front().string() + "; ";
  throw Error(fmt::format("{} at step {}", what, trainer.training_state().step), folder.path().string(),
              good + "try a smaller learning rate, optimizer.*.clip_norm, or --precision f32");
}

std::unique_ptr<Observer> guard_observer(const RunFolder& folder) {
  return std::make_unique<GuardObserver>(folder);
}

}  // namespace ganymede::train
