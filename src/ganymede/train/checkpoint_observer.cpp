#include <cmath>

#include "ganymede/core/upkeep.h"
#include "ganymede/train/health.h"
#include "ganymede/train/metrics_table.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

/// Root mean square of a network's parameters.
double size_of_weights(const models::Network& network) {
  std::vector<Tensor> values;
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) {
    values.push_back(parameter.tensor);
    count += parameter.tensor.numel();
  }
  return count == 0 ? 0 : std::sqrt(nn::kernels::squared_norm(values) / static_cast<double>(count));
}

/// Beyond this the weights no longer learn anything: every initialiser starts them at 1 or far below, and what a
/// healthy course adds between two checkpoints is a small multiple. A slow explosion ends at kMaxWeights.
double most_weights(double last_good) {
  constexpr double kMaxAtFirst = 10, kMaxGrowth = 30, kMaxWeights = 1000;
  return std::max(2 * last_good, std::min(kMaxWeights, std::max(kMaxAtFirst, kMaxGrowth * last_good)));
}

/// A step in memory: copies of the tensors, of which the first are the model's.
struct Kept {
  std::uint64_t step = 0;
  std::size_t of_model = 0;
  std::vector<checkpoint::NamedTensor> tensors;
  std::map<std::string, std::string> metadata;
};

class CheckpointObserver : public Observer {
 public:
  CheckpointObserver(const RunFolder& folder, double keep_every) : folder_(folder), keep_every_(keep_every) {}

  void on_start(const Trainer& trainer) override {
    trigger_.emplace(trainer.recipe().train.checkpoint_every, trainer.dataset().size());
    saved_step_ = trainer.training_state().step;
    kept_seconds_ = trainer.training_state().seconds;
    generator_size_ = size_of_weights(trainer.gan().generator);
    discriminator_size_ = size_of_weights(trainer.gan().discriminator);
  }

  void after_step(const Trainer& trainer, const TrainingState& before, const StepResult&) override {
    if (trigger_->fires(before, trainer.training_state()))
      save(trainer);
    else if (trainer.training_state().seconds - kept_seconds_ >= keep_every_)
      keep(trainer);
  }

  /// Saves the step the training is at where it is whole and sound, else the last one that was kept in memory.
  void on_failure(const Trainer& trainer, bool whole) override {
    folder_.expect_there();
    if (whole && fault_of(trainer, trainer.state()).empty()) {
      if (unsaved(trainer)) save(trainer);
    } else if (kept_ && kept_->step > saved_step_) {
      trainer.settle(kept_->tensors);
      const std::span<const checkpoint::NamedTensor> all(kept_->tensors);
      checkpoint::write_safetensors(folder_.file(kModelFile), all.first(kept_->of_model), kept_->metadata);
      checkpoint::write_safetensors(folder_.checkpoint(kept_->step), all, kept_->metadata);
      saved_step_ = kept_->step;
    } else {
      return;
    }
    spdlog::info("step {} is saved in {}: train --resume goes on from there", saved_step_, folder_.path().string());
  }

  void on_finish(const Trainer& trainer) override {
    const auto step = trainer.training_state().step;
    if (unsaved(trainer)) {
      save(trainer);
    } else if (folder_.model_step() != step) {  // the process ended between the last checkpoint and the model
      save_model(trainer);
    }
    write_end_of_environment(folder_);
  }

 private:
  bool unsaved(const Trainer& trainer) const {
    const auto step = trainer.training_state().step;
    return step != saved_step_ || !fs::exists(folder_.checkpoint(step));
  }

  void save(const Trainer& trainer) {
    const auto step = trainer.training_state().step;
    const auto tensors = trainer.state();
    if (const auto fault = fault_of(trainer, tensors); !fault.empty()) throw_unsound(folder_, trainer, fault);
    generator_size_ = size_of_weights(trainer.gan().generator);
    discriminator_size_ = size_of_weights(trainer.gan().discriminator);
    // A resumed run counts on the rows up to its checkpoint.
    sync_file(folder_.file(kMetricsFile));
    // The model first: it needs less room than a checkpoint, and a run that has its last checkpoint lacks no model.
    save_model(trainer);
    checkpoint::write_safetensors(folder_.checkpoint(step), tensors, metadata(trainer));
    saved_step_ = step;
    kept_seconds_ = trainer.training_state().seconds;
    kept_.reset();
    const auto all = folder_.checkpoints();
    // The last one from before what is wrong now stays, however long that goes on.
    const auto trouble = read_health(folder_.path());
    const auto healthy = trouble ? checkpoint_until(folder_.path(), trouble->since) : std::nullopt;
    for (size_t i = static_cast<size_t>(trainer.recipe().train.keep_checkpoints); i < all.size(); ++i) {
      std::error_code ignored;
      if (all[i] != healthy) fs::remove(all[i], ignored);
    }
  }

  void save_model(const Trainer& trainer) const {
    checkpoint::write_safetensors(folder_.file(kModelFile), trainer.model_tensors(), metadata(trainer));
  }

  static std::map<std::string, std::string> metadata(const Trainer& trainer) {
    auto facts =
        checkpoint::metadata(trainer.recipe(), trainer.training_state().step, trainer.classes(), trainer.conditions());
    facts[checkpoint::kImages] = std::to_string(trainer.training_state().images);
    return facts;
  }

  /// Where the next error may come amid a step, or be that the weights are worth nothing any more.
  void keep(const Trainer& trainer) {
    kept_seconds_ = trainer.training_state().seconds;
    const auto tensors = trainer.unsettled_state();
    if (!fault_of(trainer, tensors).empty()) return;  // the next save says so
    kept_ = Kept{trainer.training_state().step, trainer.unsettled_model().size(), {}, metadata(trainer)};
    for (const auto& [name, tensor] : tensors) {
      kept_->tensors.push_back({name, tensor.detach().to(at::kCPU, /*non_blocking=*/false, /*copy=*/true)});
    }
  }

  /// What is not finite or has exploded neither overwrites a good model nor rotates good checkpoints away. Empty where
  /// nothing is wrong.
  std::string fault_of(const Trainer& trainer, const std::vector<checkpoint::NamedTensor>& tensors) const {
    std::vector<Tensor> values;
    for (const auto& named : tensors) {
      if (named.tensor.is_floating_point()) values.push_back(named.tensor);
    }
    if (!std::isfinite(nn::kernels::squared_norm(values))) return "a weight is not finite";
    const auto growth = [](double last_good, const models::Network& network, const char* whose) -> std::string {
      const double now = size_of_weights(network);
      if (now <= most_weights(last_good)) return {};
      return fmt::format("the {}'s weights have exploded (from {:.3g} to {:.3g} in the mean)", whose, last_good, now);
    };
    const std::string fault = growth(generator_size_, trainer.gan().generator, "generator");
    return fault.empty() ? growth(discriminator_size_, trainer.gan().discriminator, "discriminator") : fault;
  }

  const RunFolder& folder_;
  double keep_every_;
  std::optional<Trigger> trigger_;
  std::uint64_t saved_step_ = 0;
  double generator_size_ = 0, discriminator_size_ = 0;  ///< when they were last good
  double kept_seconds_ = 0;                             ///< of training, when a step was last saved or kept
  std::optional<Kept> kept_;
};

}  // namespace

std::unique_ptr<Observer> checkpoint_observer(const RunFolder& folder, double keep_every) {
  return std::make_unique<CheckpointObserver>(folder, keep_every);
}

}  // namespace ganymede::train
