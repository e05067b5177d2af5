#include <algorithm>
#include <utility>

#include "ganymede/train/metrics_table.h"
#include "ganymede/train/observers.h"
#include "ganymede/train/tensorboard.h"

namespace ganymede::train {
namespace {

const std::vector<std::string> kClassColumns{"class_loss_real", "class_loss_fake", "class_accuracy_real",
                                             "class_accuracy_fake"};

class MetricsObserver : public Observer {
 public:
  MetricsObserver(const RunFolder& folder, std::shared_ptr<EventWriter> events, std::shared_ptr<MoreColumns> more)
      : folder_(folder), events_(std::move(events)), more_(std::move(more)) {}

  void on_start(const Trainer& trainer) override {
    const auto step = trainer.training_state().step;
    const auto keep = step > 0 ? std::optional(step) : std::nullopt;
    std::vector<std::string> columns{"loss_d",      "loss_g", "d_real", "d_fake",      "grad_norm_d",
                                     "grad_norm_g", "lr_d",   "lr_g",   "images_per_s"};
    if (!trainer.recipe().penalties.empty()) columns.emplace_back("penalty");
    augments_ = trainer.recipe().augment.any();
    if (augments_) columns.emplace_back("augment_probability");
    classifies_ = trainer.classifies();
    if (classifies_) columns.insert(columns.end(), kClassColumns.begin(), kClassColumns.end());
    if (keep) leave_out_new_columns(columns);
    columns.insert(columns.end(), more_->names.begin(), more_->names.end());
    table_ = std::make_unique<MetricsTable>(folder_.file(kMetricsFile), columns, keep);
    trigger_.emplace(trainer.recipe().train.log_every, trainer.dataset().size());
    last_ = trainer.training_state();
  }

  bool wants_measurements(const TrainingState& before, const TrainingState& after) override {
    due_ = trigger_->fires(before, after);
    return due_;
  }

  void after_step(const Trainer& trainer, const TrainingState&, const StepResult& result) override {
    const auto& now = trainer.training_state();
    MetricsRow row{now.step, trainer.epoch(), now.images, now.seconds, {}};
    if (due_) row.values = measured(trainer, result);
    for (const auto& name : more_->names) {
      if (const auto found = more_->values.find(name); found != more_->values.end()) row.values.insert(*found);
    }
    more_->values.clear();
    if (row.values.empty()) return;
    table_->append(row);
    const double wall = wall_time_now();
    for (const auto& [name, value] : row.values) events_->scalar(name, now.step, wall, value);
  }

  void on_finish(const Trainer&) override {
    table_->sync();
    events_->flush();
  }
  void on_failure(const Trainer& trainer, bool) override { on_finish(trainer); }

 private:
  std::map<std::string, double> measured(const Trainer& trainer, const StepResult& result) {
    const auto& now = trainer.training_state();
    const double rate = now.seconds > last_.seconds
                            ? static_cast<double>(now.images - last_.images) / (now.seconds - last_.seconds)
                            : 0;
    last_ = now;
    std::map<std::string, double> values{{"loss_d", result.loss_d.item<double>()},
                                         {"loss_g", result.loss_g.item<double>()},
                                         {"d_real", result.d_real.item<double>()},
                                         {"d_fake", result.d_fake.item<double>()},
                                         {"grad_norm_d", result.grad_norm_d},
                                         {"grad_norm_g", result.grad_norm_g},
                                         {"lr_d", result.learning_rate_d},
                                         {"lr_g", result.learning_rate_g},
                                         {"images_per_s", rate}};
    if (!trainer.recipe().penalties.empty()) {
      // A lazy penalty was due some steps ago, or will be.
      values["penalty"] = result.penalty.defined() ? result.penalty.item<double>() : 0.0;
    }
    if (augments_) values["augment_probability"] = result.augment_probability.item<double>();
    if (classifies_) {
      const Tensor* const found[] = {&result.class_loss_real, &result.class_loss_fake, &result.class_accuracy_real,
                                     &result.class_accuracy_fake};
      for (std::size_t i = 0; i < kClassColumns.size(); ++i) values[kClassColumns[i]] = found[i]->item<double>();
    }
    return values;
  }

  /// A run of an earlier version goes on with the columns that it has.
  void leave_out_new_columns(std::vector<std::string>& columns) {
    const auto path = folder_.file(kMetricsFile);
    if (!std::filesystem::exists(path)) return;
    const auto there = read_metrics_until(path, 0).columns;
    const auto in = [](const std::vector<std::string>& names, const std::string& name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::erase_if(more_->names, [&](const std::string& name) {
      return in(kHealthColumns, name) && !there.empty() && !in(there, name);
    });
    if (!classifies_ || there.empty() || in(there, kClassColumns.front())) return;
    classifies_ = false;
    std::erase_if(columns, [&](const std::string& name) { return in(kClassColumns, name); });
  }

  const RunFolder& folder_;
  std::unique_ptr<MetricsTable> table_;
  std::shared_ptr<EventWriter> events_;
  std::shared_ptr<MoreColumns> more_;
  std::optional<Trigger> trigger_;
  TrainingState last_;
  bool due_ = false, augments_ = false, classifies_ = false;
};

}  // namespace

std::unique_ptr<Observer> metrics_observer(const RunFolder& folder, std::shared_ptr<EventWriter> events,
                                           std::shared_ptr<MoreColumns> more) {
  return std::make_unique<MetricsObserver>(folder, std::move(events), std::move(more));
}

}  // namespace ganymede::train
