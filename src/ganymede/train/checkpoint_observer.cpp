#include <cmath>

#include "ganymede/core/log.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

class CheckpointObserver : public Observer {
 public:
  explicit CheckpointObserver(const RunFolder& folder) : folder_(folder) {}

  void on_start(const Trainer& trainer) override {
    trigger_.emplace(trainer.recipe().train.checkpoint_every, trainer.dataset().size());
    saved_step_ = trainer.position().step;
    if (saved_step_ > 0) last_good_ = folder_.checkpoint(saved_step_);
  }

  void after_step(const Trainer& trainer, const Position& before, const StepResult& result) override {
    const bool due = trigger_->fires(before, trainer.position());
    // Looking at a loss waits for the device; on a GPU that is worth doing only now and then.
    constexpr std::uint64_t kLookEvery = 50;
    if (!due && !trainer.device().is_cpu() && trainer.position().step % kLookEvery != 0) return;
    expect_finite(result.loss_d.item<double>(), "the discriminator's loss", trainer);
    expect_finite(result.loss_g.item<double>(), "the generator's loss", trainer);
    if (due) save(trainer);
  }

  void on_finish(const Trainer& trainer) override {
    if (trainer.position().step != saved_step_ || !fs::exists(folder_.file(kModelFile))) save(trainer);
  }

 private:
  void expect_finite(double value, const std::string& what, const Trainer& trainer) const {
    if (std::isfinite(value)) return;
    const std::string good =
        last_good_.empty() ? "no checkpoint was saved before" : "the last good checkpoint is " + last_good_.string();
    throw Error(fmt::format("{} is not finite at step {}", what, trainer.position().step), folder_.path().string(),
                good + "; try a smaller learning rate, optimizer.*.clip_norm, or --precision f32");
  }

  void save(const Trainer& trainer) {
    const auto step = trainer.position().step;
    auto tensors = trainer.state();
    std::vector<Tensor> values;
    for (const auto& named : tensors) {
      if (named.tensor.is_floating_point()) values.push_back(named.tensor);
    }
    expect_finite(nn::kernels::squared_norm(values), "a weight", trainer);
    const auto metadata = checkpoint::metadata(trainer.recipe(), step, trainer.classes());
    checkpoint::write_safetensors(folder_.checkpoint(step), tensors, metadata);
    checkpoint::write_safetensors(folder_.file(kModelFile), trainer.model_tensors(), metadata);
    saved_step_ = step;
    last_good_ = folder_.checkpoint(step);
    const auto all = folder_.checkpoints();
    for (size_t i = static_cast<size_t>(trainer.recipe().train.keep_checkpoints); i < all.size(); ++i) {
      std::error_code ignored;
      fs::remove(all[i], ignored);
    }
  }

  const RunFolder& folder_;
  std::optional<Trigger> trigger_;
  std::uint64_t saved_step_ = 0;
  fs::path last_good_;
};

}  // namespace

std::unique_ptr<Observer> checkpoint_observer(const RunFolder& folder) {
  return std::make_unique<CheckpointObserver>(folder);
}

}  // namespace ganymede::train
