#include <cmath>
#include <limits>
#include <utility>

#include "ganymede/core/log.h"
#include "ganymede/train/health.h"
#include "ganymede/train/metrics_table.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

/// What a row of metrics.csv tells of a step's health.
HealthMeasures measures_of_row(const MetricsData& table, std::size_t row) {
  const auto value = [&](const char* column) {
    const auto* values = table.find(column);
    return values == nullptr ? std::numeric_limits<double>::quiet_NaN() : (*values)[row];
  };
  return {value("diversity"),   value("class_diversity"), value("feature_diversity"),
          value("detail"),      value("saturation"),      value("separation"),
          value("grad_norm_g"), value("d_real"),          value("d_fake")};
}

/// With the features of the first images: enough for how far they spread, and cheap beside the steps between two rows.
SeenBatch with_features(const models::Network& discriminator, SeenBatch seen) {
  constexpr std::int64_t kFew = 32;
  const auto features = [&](const Tensor& images, const Tensor& labels) {
    return last_features(discriminator, images.slice(0, 0, kFew), labels.defined() ? labels.slice(0, 0, kFew) : labels);
  };
  seen.features_real = features(seen.real, seen.labels_real);
  seen.features_fake = features(seen.fake, seen.labels_fake);
  return seen;
}

class HealthObserver : public Observer {
 public:
  HealthObserver(const RunFolder& folder, std::shared_ptr<MoreColumns> columns,
                 std::function<void(const std::string&)> on_collapse)
      : folder_(folder), columns_(std::move(columns)), on_collapse_(std::move(on_collapse)) {}

  void on_start(const Trainer& trainer) override {
    trigger_.emplace(trainer.recipe().train.log_every, trainer.dataset().size());
    for (const auto& name : kHealthColumns) {
      if (name != "class_diversity" || trainer.gan().classes() > 0) columns_->names.push_back(name);
    }
    const auto& info = trainer.dataset().info();
    monitor_ = HealthMonitor(static_cast<std::size_t>(info.width) * static_cast<std::size_t>(info.height) *
                             static_cast<std::size_t>(info.channels));
    const auto step = trainer.training_state().step;
    if (step > 0) look_back(step, trainer.recipe().train.on_collapse == config::OnCollapse::kRewind);
    // What a part of the run that is gone on without said no longer holds.
    write_health(folder_.path(), monitor_.finding());
  }

  bool wants_measurements(const TrainingState& before, const TrainingState& after) override {
    due_ = trigger_->fires(before, after);
    return due_;
  }

  void after_step(const Trainer& trainer, const TrainingState&, const StepResult& result) override {
    if (!due_ || !result.seen.real.defined()) return;
    auto measures = measure_health(with_features(trainer.gan().discriminator, result.seen));
    columns_->values.merge(health_values(measures));
    measures.grad_norm_g = result.grad_norm_g;
    measures.output_real = result.d_real.item<double>(), measures.output_fake = result.d_fake.item<double>();
    const auto before = monitor_.finding();
    monitor_.observe(trainer.training_state().step, measures);
    const auto& now = monitor_.finding();
    if (before.has_value() == now.has_value() && (!now || now->kind == before->kind)) return;
    write_health(folder_.path(), now);
    if (now) {
      spdlog::warn("step {}: {}; try: {}", trainer.training_state().step, now->what, now->hint);
    } else {
      spdlog::info("step {}: the training has recovered", trainer.training_state().step);
    }
    if (!now || !now->collapsed()) return;
    if (on_collapse_) on_collapse_(now->what);
    act(trainer);
  }

  std::optional<fs::path> wants_to_go_back_to() override { return std::exchange(go_back_to_, std::nullopt); }

 private:
  /// Shows the monitor what it saw before the run was resumed.
  void look_back(std::uint64_t step, bool rewinds) {
    const fs::path path = folder_.file(kMetricsFile);
    if (!fs::exists(path)) return;
    const auto table = read_metrics_until(path, step);
    const auto* steps = table.find("step");
    const auto* separation = table.find("separation");
    if (steps == nullptr || separation == nullptr) return;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      // Metrics of quality have rows of their own.
      if (std::isnan((*separation)[row])) continue;
      monitor_.observe(static_cast<std::uint64_t>((*steps)[row]), measures_of_row(table, row));
      if (rewinds && monitor_.finding() && monitor_.finding()->collapsed()) monitor_.start_anew();  // as it did then
    }
  }

  /// What is done where the training has collapsed: nothing, an end, or back to a checkpoint from before.
  void act(const Trainer& trainer) {
    const auto wanted = trainer.recipe().train.on_collapse;
    if (wanted == config::OnCollapse::kIgnore) return;
    const Finding finding = *monitor_.finding();
    const auto healthy = checkpoint_until(folder_.path(), finding.since);
    constexpr double kLeastScale = 1.0 / 16;  // five times back are enough to see that it is of no use
    if (wanted == config::OnCollapse::kRewind && healthy && trainer.rate_scale() > kLeastScale) {
      go_back_to_ = healthy;
      monitor_.start_anew();
      write_health(folder_.path(), std::nullopt);
      spdlog::warn("step {}: back to the weights of {}, with learning rates of {:.3g} times the recipe's",
                   trainer.training_state().step, healthy->filename().string(), trainer.rate_scale() / 2);
      return;
    }
    throw Error(fmt::format("at step {} {}", trainer.training_state().step, finding.what), folder_.path().string(),
                fmt::format("{}; try {}",
                            healthy ? "the last checkpoint from before is " + healthy->string()
                                    : "no checkpoint is from before (train.checkpoint_every)",
                            finding.hint));
  }

  const RunFolder& folder_;
  std::shared_ptr<MoreColumns> columns_;
  std::function<void(const std::string&)> on_collapse_;
  HealthMonitor monitor_;
  std::optional<Trigger> trigger_;
  std::optional<fs::path> go_back_to_;
  bool due_ = false;
};

}  // namespace

std::unique_ptr<Observer> health_observer(const RunFolder& folder, std::shared_ptr<MoreColumns> columns,
                                          std::function<void(const std::string&)> on_collapse) {
  return std::make_unique<HealthObserver>(folder, std::move(columns), std::move(on_collapse));
}

}  // namespace ganymede::train
