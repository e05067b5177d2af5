#include "ganymede/quality/evaluator.h"

#include <algorithm>
#include <limits>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"
#include "ganymede/quality/feature_size.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/images.h"
#include "ganymede/quality/stage.h"

namespace ganymede::quality {
namespace {

std::vector<int> labels_of(const data::Dataset& images) {
  std::vector<int> out;
  for (std::size_t i = 0; i < images.size(); ++i) out.push_back(images.label(i));
  return out;
}

}  // namespace

std::int64_t ImageSet::count() const {
  return stored ? stored->values.features.size(0) : static_cast<std::int64_t>(images->size());
}

Evaluator::Evaluator(ImageSet real, std::shared_ptr<const FeatureExtractor> extractor, EvaluatorOptions options)
    : real_(std::move(real)), extractor_(std::move(extractor)), options_(std::move(options)) {
  check(real_);
}

bool Evaluator::wants(const Metric& metric) const {
  return std::find(options_.metrics.begin(), options_.metrics.end(), metric) != options_.metrics.end();
}

void Evaluator::check(const ImageSet& set) const {
  for (const Metric& metric : options_.metrics) {
    const std::string& name = name_of(metric);
    if (!needs_features(metric) && set.stored) {
      throw UsageError(fmt::format("'{}' needs images, not features", name), set.name,
                       "leave it out of --metrics, or name images");
    }
    if (needs_features(metric) && !set.stored && !extractor_) {
      throw UsageError(fmt::format("'{}' needs features", name), set.name,
                       "name a TorchScript file with --features, or choose --metrics swd");
    }
    if (metric.entry().logits && set.stored && &set != &real_ && !set.stored->values.logits.defined()) {
      throw UsageError(fmt::format("'{}' needs logits, and the file has none", name), set.name,
                       "leave it out of --metrics");
    }
  }
  const std::string by = set.stored ? set.stored->extractor.checksum : "";
  const std::string other = extractor_     ? extractor_->info().checksum
                            : real_.stored ? real_.stored->extractor.checksum
                                           : "";
  if (!by.empty() && !other.empty() && by != other) {
    throw Error(fmt::format("the features were made by another network ({})", set.stored->extractor.name), set.name,
                "compare features of one network only");
  }
}

std::int64_t kid_subset(const ImageSet& real, const ImageSet& fake, const EvaluatorOptions& options) {
  const std::int64_t usual = KernelDistanceOptions().subset;
  return options.force ? std::min({usual, real.count(), fake.count()}) : usual;
}

std::int64_t Evaluator::kid_subset(const ImageSet& fake) const {
  return quality::kid_subset(real_, fake, options_);
}

ExtractorInfo Evaluator::features_info(const ImageSet& fake) const {
  if (extractor_) return extractor_->info();
  for (const ImageSet* set : {static_cast<const ImageSet*>(&real_), &fake}) {
    if (set->stored && !set->stored->extractor.name.empty()) {
      ExtractorInfo info = set->stored->extractor;
      // Only where both say so is it sure what made them.
      info.inception =
          real_.stored && real_.stored->extractor.inception && fake.stored && fake.stored->extractor.inception;
      return info;
    }
  }
  return {"unknown", "", false};
}

/// What can be known before the features are computed, of which one image's tell the width.
void Evaluator::check_counts(const ImageSet& fake) const {
  if (options_.force) return;
  if (wants(Metric::kFid)) {
    const ImageSet& stored = fake.stored ? fake : real_;
    const std::int64_t width = stored.stored
                                   ? stored.stored->values.features.size(1)
                                   : extractor_->extract(read_images(*fake.images, 0, 1), false).features.size(1);
    expect_enough(real_.count(), width, real_.name);
    expect_enough(fake.count(), width, fake.name);
  }
  if (!wants(Metric::kKid)) return;
  for (const ImageSet* set : {static_cast<const ImageSet*>(&real_), &fake}) {
    if (set->count() >= kid_subset(fake)) continue;
    throw Error(fmt::format("{} too few for KID's subsets of {}", counted(set->count(), "image is", "images are"),
                            kid_subset(fake)),
                set->name, "use more images, leave kid out of --metrics, or --force one subset of all");
  }
}

Features Evaluator::features_of(const ImageSet& set, bool real) const {
  const auto any = [&](bool MetricEntry::* need) {
    return std::any_of(options_.metrics.begin(), options_.metrics.end(),
                       [&](const Metric& metric) { return metric.entry().*need; });
  };
  const bool keep =
      any(&MetricEntry::vectors) || options_.keep_features || options_.bootstrap > 0 || options_.fd_infinity;
  const bool logits = names_classes(set) || (!real && any(&MetricEntry::logits));
  if (set.stored) {
    Features out;
    out.moments = moments_of(set.stored->values.features);
    if (keep) out.features = set.stored->values.features;
    out.logits = set.stored->values.logits;
    return out;
  }
  Stage stage(options_.progress, fmt::format("features of {}", set.name), set.count());
  const auto report = [&](std::size_t done) { stage(done); };
  const CollectOptions collect{.keep = keep, .logits = logits};
  return real ? cached_features(*set.images, *extractor_, collect, report)
              : collect_features(*set.images, *extractor_, collect, report);
}

/// Whether it is worth asking which classes the network sees: Inception's are others than any data set's here.
bool Evaluator::names_classes(const ImageSet& set) const {
  return set.images && set.images->info().classes.size() > 1 && extractor_ && !extractor_->info().inception;
}

std::optional<double> Evaluator::class_accuracy(const ImageSet& fake) const {
  const Tensor& logits = fake_features_.logits;
  if (!names_classes(fake) || !logits.defined()) return std::nullopt;
  const auto& classes = fake.images->info().classes;
  if (!may_stand_for(extractor_->info(), logits.size(1), classes)) return std::nullopt;
  // Logits without names are believed to be these classes where they name the real images: as many by chance say
  // nothing.
  if (extractor_->info().classes.empty()) {
    const bool same = real_.images && real_.images->info().classes == classes;
    if (!same || accuracy_on_real_.value_or(0) < convincing_share(logits.size(1))) return std::nullopt;
  }
  return share_named(logits, labels_of(*fake.images));
}

std::vector<std::string> Evaluator::warnings(const ImageSet& fake) const {
  std::vector<std::string> out;
  if (extractor_ && real_features_.moments.count() > 0) {
    const auto& info = extractor_->info();
    constexpr double kPoor = 0.5, kFarBelow = 0.1;
    if (const auto& share = accuracy_on_real_; share && (*share < kPoor || *share < info.published - kFarBelow)) {
      std::string text = fmt::format("{} names only {:.1f} % of the real images rightly", info.name, 100 * *share);
      if (info.published > 0) text += fmt::format(", where its file says {:.1f} %", 100 * info.published);
      out.push_back(text +
                    ": metrics under it say little about these images; --feature-size N tells what it was made for");
    }
    if (info.size == 0 && !info.resizes) {
      out.push_back(
          fmt::format("nobody knows what size of images {} was made for: they went in as they are; "
                      "--feature-size N tells it",
                      info.name));
    }
  }
  if (extractor_ && extractor_->info().photographs && fake.images) {
    const auto& info = fake.images->info();
    if (info.bits > 8 || (info.channels != 1 && info.channels != 3)) {
      out.push_back(fmt::format("{} sees {} at 8 bits: metrics of features leave out what else there is",
                                extractor_->info().name,
                                info.channels > 3    ? "the first three channels"
                                : info.channels == 2 ? "the first channel"
                                                     : "the images"));
    }
  }
  constexpr std::int64_t kFew = 1000;
  const auto fewest = std::min(real_.count(), fake.count());
  const bool bars = wants(Metric::kFid) || wants(Metric::kKid) || wants(Metric::kPrdc);
  if (fewest < kFew && options_.bootstrap == 0) {
    out.push_back(fmt::format("metrics of {} are rough{}", counted(fewest, "image"),
                              bars ? ": --bootstrap 200 says how far they may be off" : ""));
  }
  if (options_.bootstrap > 0 && !bars) out.push_back("--bootstrap did nothing: fid, kid and prdc alone get error bars");
  return out;
}

Metrics Evaluator::evaluate(const ImageSet& fake) {
  check(fake);
  check_counts(fake);
  Metrics out;
  evaluate_each(false, fake, out);
  if (std::any_of(options_.metrics.begin(), options_.metrics.end(), needs_features)) evaluate_features(fake, out);
  return out;
}

/// Every metric that was asked for and compares features, or that does not, in the order in which they are registered.
void Evaluator::evaluate_each(bool features, const ImageSet& fake, Metrics& out) const {
  const ImageSets sets{real_, fake, real_features_, fake_features_, options_};
  for (const auto& name : metrics().names()) {
    const Metric metric(name);
    if (wants(metric) && metric.entry().features == features) metric.entry().evaluate(sets, out);
  }
}

void Evaluator::evaluate_features(const ImageSet& fake, Metrics& out) {
  if (real_features_.moments.count() == 0) {
    real_features_ = features_of(real_, true);
    const Tensor& logits = real_features_.logits;
    if (names_classes(real_) && logits.defined() &&
        may_stand_for(extractor_->info(), logits.size(1), real_.images->info().classes)) {
      accuracy_on_real_ = share_named(logits, labels_of(*real_.images));
    }
  }
  fake_features_ = features_of(fake, false);
  const bool logits = fake_features_.logits.defined();
  for (const Metric& metric : options_.metrics) {
    if (!metric.entry().logits || logits) continue;
    throw Error(fmt::format("'{}' needs logits, and these features come without", metric.name()),
                features_info(fake).name, "leave it out of --metrics");
  }
  evaluate_each(true, fake, out);
  out.class_accuracy = class_accuracy(fake);
  if (options_.bootstrap > 0) add_intervals(out);
}

void Evaluator::add_intervals(Metrics& out) const {
  const Tensor &real = real_features_.features, &generated = fake_features_.features;
  BootstrapOptions resample{.resamples = options_.bootstrap, .seed = options_.seed};
  if (out.frechet) {
    Stage stage(options_.progress, "error bars", options_.bootstrap, "resample");
    resample.report = [&](int done) { stage(static_cast<std::uint64_t>(done)); };
    out.intervals["frechet"] = frechet_interval(*out.frechet, bootstrapped_frechet(real, generated, resample));
    resample.report = {};
  }
  if (out.kid) out.intervals["kid"] = quantile_interval(bootstrapped_kernel(real, generated, resample));
  if (!out.prdc) return;
  const auto resamples = bootstrapped_prdc(real, generated, options_.k, resample);
  const auto add = [&](const char* name, double Prdc::* part, double most) {
    std::vector<double> values;
    for (const auto& resampled : resamples) values.push_back(resampled.*part);
    const auto found = normal_interval(*out.prdc.*part, values);
    out.intervals[name] = {std::max(0.0, found.low), std::min(most, found.high)};
  };
  add("precision", &Prdc::precision, 1);
  add("recall", &Prdc::recall, 1);
  add("density", &Prdc::density, std::numeric_limits<double>::infinity());
  add("coverage", &Prdc::coverage, 1);
}

std::string frechet_name(bool inception, std::int64_t generated) {
  return fmt::format("{}{}", inception ? "fid" : "fd", generated == 10'000 ? "10k" : "");
}

}  // namespace ganymede::quality
