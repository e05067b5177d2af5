#include <charconv>
#include <cmath>

#include "ganymede/core/log.h"
#include "ganymede/quality/feature_size.h"
#include "ganymede/quality/generated_images.h"
#include "ganymede/train/observers.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;
constexpr const char *kMetricKey = "quality_metric", *kValueKey = "quality_value", *kProtocolKey = "quality_protocol";

class QualityObserver : public Observer {
 public:
  QualityObserver(const RunFolder& folder, std::unique_ptr<quality::Evaluator> evaluator,
                  std::shared_ptr<MoreColumns> columns)
      : folder_(folder), evaluator_(std::move(evaluator)), columns_(std::move(columns)) {}

  void on_start(const Trainer& trainer) override {
    const auto& config = trainer.recipe().quality;
    trigger_.emplace(config.every, trainer.dataset().size());
    const bool inception = evaluator_->extractor() != nullptr && evaluator_->extractor()->info().inception;
    measures_ = metric().measures(inception, config.count);
    for (const auto& measure : measures_) columns_->names.push_back(measure.column);
    read_best();
  }

  void after_step(const Trainer& trainer, const TrainingState& before, const StepResult&) override {
    if (!trigger_->fires(before, trainer.training_state())) return;
    const auto& recipe = trainer.recipe();
    // The same noise each time: what changes from one value to the next is the generator.
    const auto generated_set = quality::generate_images(trainer.sampling_generator(), recipe.latent,
                                                        {.name = recipe.name,
                                                         .classes = trainer.classes(),
                                                         .count = recipe.quality.count,
                                                         .seed = recipe.train.seed,
                                                         .bits = recipe.data.bits,
                                                         .examples = trainer.examples()});
    const quality::ImageSet generated{"generated", generated_set};
    const auto values = metric().values(evaluator_->evaluate(generated));
    if (!warned_) {
      for (const auto& warning : evaluator_->warnings(generated)) spdlog::warn("{}", warning);
      warned_ = true;
    }
    for (std::size_t i = 0; i < values.size(); ++i) columns_->values[measures_[i].column] = values[i];
    keep_if_best(trainer, values.front());
  }

 private:
  const quality::MetricEntry& metric() const { return evaluator_->options().metrics.front().entry(); }

  /// The best value so far is in the best model's file. One from a step that this run will come to once more is kept
  /// too: it will be found again.
  void read_best() {
    const fs::path path = folder_.file(kBestFile);
    if (!fs::exists(path)) return;
    try {
      const auto metadata = checkpoint::read_safetensors(path).metadata;
      const auto metric = metadata.find(kMetricKey), value = metadata.find(kValueKey);
      if (metric == metadata.end() || value == metadata.end() || metric->second != measures_.front().column) return;
      const auto evaluated = metadata.find(kProtocolKey);
      if ((evaluated == metadata.end() ? protocol_of_old_files() : evaluated->second) != protocol()) {
        spdlog::info("the best model so far was evaluated under another protocol: the next value begins anew");
        return;
      }
      double best = 0;
      const auto& text = value->second;
      if (std::from_chars(text.data(), text.data() + text.size(), best).ec == std::errc()) best_ = best;
    } catch (const Error& damaged) {
      spdlog::warn("passing over a damaged best model: {}", damaged.what());
    }
  }

  /// What values must have in common to be compared, beside the data: the network, and the size it sees.
  std::string protocol() const {
    const auto* extractor = evaluator_->extractor();
    if (extractor == nullptr) return "";
    const auto& image = evaluator_->real().images->info();
    const int size = extractor->info().size;
    const bool resized = size > 0 && (image.height != size || image.width != size);
    return extractor->info().checksum + (resized ? fmt::format(" at {}", size) : "");
  }
  /// Files that do not say how they were evaluated are from before images were resized for the network.
  std::string protocol_of_old_files() const {
    return evaluator_->extractor() == nullptr ? "" : evaluator_->extractor()->info().checksum;
  }

  void keep_if_best(const Trainer& trainer, double value) {
    const bool better = !best_ || (measures_.front().more_is_better ? value > *best_ : value < *best_);
    spdlog::info("{} {:.4g} at step {}{}", measures_.front().column, value, trainer.training_state().step,
                 better ? ", the best so far" : "");
    if (!better || !std::isfinite(value)) return;
    best_ = value;
    auto metadata =
        checkpoint::metadata(trainer.recipe(), trainer.training_state().step, trainer.classes(), trainer.conditions());
    metadata[kMetricKey] = measures_.front().column;
    metadata[kValueKey] = fmt::format("{}", value);
    metadata[kProtocolKey] = protocol();
    checkpoint::write_safetensors(folder_.file(kBestFile), trainer.model_tensors(), metadata);
  }

  const RunFolder& folder_;
  std::unique_ptr<quality::Evaluator> evaluator_;
  std::shared_ptr<MoreColumns> columns_;
  std::vector<quality::Measure> measures_;
  std::optional<Trigger> trigger_;
  std::optional<double> best_;
  bool warned_ = false;
};

}  // namespace

std::unique_ptr<quality::Evaluator> quality_evaluator(const Trainer& trainer) {
  const auto& config = trainer.recipe().quality;
  if (config.metric.empty()) return nullptr;
  const auto metric = quality::metric_named(config.metric, config.place.at(nullptr));
  if (trainer.source() != nullptr) {
    throw UsageError("[quality] evaluates what is generated from noise, and this recipe translates", "[quality]",
                     "take it away; `ganymede evaluate` evaluates translations");
  }
  std::shared_ptr<const quality::FeatureExtractor> extractor;
  if (!config.features.empty()) {
    extractor =
        quality::at_its_size(quality::torchscript_extractor(config.features, trainer.device()), &trainer.dataset());
  }
  // The trainer, and with it the data, outlives its observers.
  const std::shared_ptr<const data::Dataset> images(&trainer.dataset(), [](const data::Dataset*) {});
  return std::make_unique<quality::Evaluator>(
      quality::ImageSet{images->info().name, images}, std::move(extractor),
      quality::EvaluatorOptions{.metrics = {metric}, .seed = trainer.recipe().train.seed, .progress = false});
}

std::unique_ptr<Observer> quality_observer(const RunFolder& folder, std::unique_ptr<quality::Evaluator> evaluator,
                                           std::shared_ptr<MoreColumns> columns) {
  return std::make_unique<QualityObserver>(folder, std::move(evaluator), std::move(columns));
}

}  // namespace ganymede::train
