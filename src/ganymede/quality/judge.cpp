#include "ganymede/quality/judge.h"

#include <algorithm>

#include "ganymede/config/recipe_fields.h"
#include "ganymede/core/error.h"
#include "ganymede/core/progress.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/inception_score.h"

namespace ganymede::quality {
namespace {

/// A Progress where one is wanted.
class Stage {
 public:
  Stage(bool shown, const std::string& title, std::int64_t total) {
    if (shown) progress_.emplace(title, static_cast<std::uint64_t>(total), "image");
  }
  void operator()(std::uint64_t done) {
    if (progress_) progress_->update(done);
  }

 private:
  std::optional<Progress> progress_;
};

}  // namespace

std::string name_of(Metric metric) {
  for (const auto& [name, value] : config::Names<Metric>::values) {
    if (value == metric) return name;
  }
  return {};
}

Metric metric_named(const std::string& name) {
  if (const auto found = config::value_named<Metric>(name)) return *found;
  throw UsageError(fmt::format("unknown metric '{}'", name), {}, suggest(name, config::all_names<Metric>()));
}

bool needs_features(Metric metric) {
  return metric != Metric::kSwd && metric != Metric::kModes;
}

std::int64_t Side::count() const {
  return stored ? stored->values.features.size(0) : static_cast<std::int64_t>(images->size());
}

Judge::Judge(Side real, std::shared_ptr<const FeatureExtractor> extractor, JudgeOptions options)
    : real_(std::move(real)), extractor_(std::move(extractor)), options_(std::move(options)) {
  check(real_);
}

bool Judge::wants(Metric metric) const {
  return std::find(options_.metrics.begin(), options_.metrics.end(), metric) != options_.metrics.end();
}

void Judge::check(const Side& side) const {
  for (const Metric metric : options_.metrics) {
    const std::string name = name_of(metric);
    if (!needs_features(metric) && side.stored) {
      throw UsageError(fmt::format("'{}' needs images, not features", name), side.name,
                       "leave it out of --metrics, or name images");
    }
    if (needs_features(metric) && !side.stored && !extractor_) {
      throw UsageError(fmt::format("'{}' needs features", name), side.name,
                       "name a TorchScript file with --features, or choose --metrics swd");
    }
    if (metric == Metric::kIs && side.stored && &side != &real_ && !side.stored->values.logits.defined()) {
      throw UsageError("'is' needs logits, and the file has none", side.name, "leave it out of --metrics");
    }
  }
  const std::string by = side.stored ? side.stored->extractor.checksum : "";
  const std::string other = extractor_     ? extractor_->info().checksum
                            : real_.stored ? real_.stored->extractor.checksum
                                           : "";
  if (!by.empty() && !other.empty() && by != other) {
    throw Error(fmt::format("the features were made by another network ({})", side.stored->extractor.name), side.name,
                "compare features of one network only");
  }
}

std::int64_t Judge::kid_subset(const Side& fake) const {
  const std::int64_t usual = KernelDistanceOptions().subset;
  return options_.force ? std::min({usual, real_.count(), fake.count()}) : usual;
}

ExtractorInfo Judge::features_info(const Side& fake) const {
  if (extractor_) return extractor_->info();
  for (const Side* side : {static_cast<const Side*>(&real_), &fake}) {
    if (side->stored && !side->stored->extractor.name.empty()) {
      ExtractorInfo info = side->stored->extractor;
      // Only where both say so is it sure what made them.
      info.inception =
          real_.stored && real_.stored->extractor.inception && fake.stored && fake.stored->extractor.inception;
      return info;
    }
  }
  return {"unknown", "", false};
}

/// What can be known before any feature is computed.
void Judge::check_counts(const Side& fake) const {
  if (!wants(Metric::kKid) || options_.force) return;
  for (const Side* side : {static_cast<const Side*>(&real_), &fake}) {
    if (side->count() >= kid_subset(fake)) continue;
    throw Error(fmt::format("{} images are too few for KID's subsets of {}", side->count(), kid_subset(fake)),
                side->name, "use more images, leave kid out of --metrics, or --force one subset of all");
  }
}

Features Judge::features_of(const Side& side, bool real) const {
  const bool keep = wants(Metric::kKid) || wants(Metric::kPrdc) || options_.keep_features;
  const bool labelled = side.images && !side.images->info().classes.empty();
  const bool judged = labelled && extractor_ && !extractor_->info().inception;  // whose logits know other classes
  const bool logits = !real && (wants(Metric::kIs) || judged);
  if (side.stored) {
    Features out;
    out.moments = moments_of(side.stored->values.features);
    if (keep) out.features = side.stored->values.features;
    out.logits = side.stored->values.logits;
    return out;
  }
  Stage stage(options_.progress, fmt::format("features of {}", side.name), side.count());
  const auto report = [&](std::size_t done) { stage(done); };
  const CollectOptions collect{.keep = keep, .logits = logits};
  return real ? cached_features(*side.images, *extractor_, collect, report)
              : collect_features(*side.images, *extractor_, collect, report);
}

std::optional<double> Judge::class_accuracy(const Side& fake) const {
  const Tensor& logits = fake_features_.logits;
  if (!fake.images || !logits.defined()) return std::nullopt;
  const auto& classes = fake.images->info().classes;
  const auto& known = extractor_->info().classes;
  // Logits of other classes, or of as many by chance, say nothing about these.
  if (classes.empty() || logits.size(1) != static_cast<std::int64_t>(classes.size())) return std::nullopt;
  if (!known.empty() && known != classes) return std::nullopt;
  const Tensor judged = logits.argmax(1).contiguous();
  std::int64_t right = 0, labelled = 0;
  for (std::size_t i = 0; i < fake.images->size(); ++i) {
    const int label = fake.images->label(i);
    if (label < 0) continue;
    ++labelled;
    right += judged.data_ptr<std::int64_t>()[i] == label ? 1 : 0;
  }
  if (labelled == 0) return std::nullopt;
  return static_cast<double>(right) / static_cast<double>(labelled);
}

Figures Judge::judge(const Side& fake) {
  check(fake);
  check_counts(fake);
  Figures out;
  if (wants(Metric::kModes)) out.modes = mode_coverage(*real_.images, *fake.images);
  if (wants(Metric::kSwd)) out.swd = sliced_wasserstein(*real_.images, *fake.images, options_.seed);
  if (std::none_of(options_.metrics.begin(), options_.metrics.end(), needs_features)) return out;

  if (real_features_.moments.count() == 0) real_features_ = features_of(real_, true);
  fake_features_ = features_of(fake, false);
  if (wants(Metric::kFid)) {
    if (!options_.force) {
      expect_enough(real_features_.moments, real_.name);
      expect_enough(fake_features_.moments, fake.name);
    }
    out.frechet = frechet_distance(real_features_.moments, fake_features_.moments);
  }
  if (wants(Metric::kKid)) {
    out.kid = kernel_distance(real_features_.features, fake_features_.features,
                              {.subset = kid_subset(fake), .seed = options_.seed});
  }
  if (wants(Metric::kIs)) {
    if (!fake_features_.logits.defined()) {
      throw Error("'is' needs logits, and these features come without", features_info(fake).name,
                  "leave it out of --metrics");
    }
    out.is = inception_score(fake_features_.logits, options_.seed);
  }
  if (wants(Metric::kPrdc)) {
    Stage stage(options_.progress, "precision and recall", 2 * real_.count() + fake.count());
    out.prdc = prdc(real_features_.features, fake_features_.features, options_.k,
                    [&](std::int64_t done) { stage(static_cast<std::uint64_t>(done)); });
  }
  out.class_accuracy = class_accuracy(fake);
  return out;
}

std::string frechet_name(bool inception, std::int64_t generated) {
  return fmt::format("{}{}", inception ? "fid" : "fd", generated == 10'000 ? "10k" : "");
}

}  // namespace ganymede::quality
