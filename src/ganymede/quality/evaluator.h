// All metrics of one set of images against another, under one protocol.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ganymede/quality/bootstrap.h"
#include "ganymede/quality/features.h"
#include "ganymede/quality/kernel_distance.h"
#include "ganymede/quality/metric.h"
#include "ganymede/quality/mode_coverage.h"
#include "ganymede/quality/prdc.h"
#include "ganymede/quality/sliced_wasserstein.h"

namespace ganymede::quality {

/// Real or generated: images, or features that were stored.
struct ImageSet {
  std::string name;
  std::shared_ptr<const data::Dataset> images = nullptr;
  std::optional<FeatureFile> stored = std::nullopt;

  std::int64_t count() const;
};

struct EvaluatorOptions {
  std::vector<Metric> metrics = {};
  std::int64_t k = 5;          ///< PRDC's nearest images
  std::uint64_t seed = 0;      ///< of the metrics' random numbers: subsets, splits, patches
  bool force = false;          ///< metrics of too few images, too
  bool keep_features = false;  ///< for real_features() and fake_features(), whatever the metrics need
  bool progress = true;
  int bootstrap = 0;         ///< resamples for the error bars of fid, kid and prdc; 0: none
  bool fd_infinity = false;  ///< also the Frechet distance of endlessly many images
};

/// What was asked for, as far as it was.
struct Metrics {
  std::optional<double> frechet, frechet_at_infinity;
  std::optional<MeanAndDeviation> kid, is;
  std::optional<Prdc> prdc;
  std::optional<SlicedWasserstein> swd;
  std::optional<ModeCoverage> modes;
  std::map<std::string, double> more;    ///< of metrics that were added (add_metric), by name
  std::optional<double> class_accuracy;  ///< share of labelled generated images whose largest logit is their class
  /// Error bars (bootstrap.h) of "frechet", "kid", "precision", "recall", "density" and "coverage", where asked for.
  std::map<std::string, Interval> intervals;
};

/// How many images a KID subset has of these sets: 1,000, or all of the smaller one where that is forced.
std::int64_t kid_subset(const ImageSet& real, const ImageSet& fake, const EvaluatorOptions& options);

class Evaluator {
 public:
  /// `extractor` may be null where no metric needs it. Throws UsageError for metrics that such a set cannot have.
  Evaluator(ImageSet real, std::shared_ptr<const FeatureExtractor> extractor, EvaluatorOptions options);

  /// The real set's features are computed at the first call, or read from the cache (features.h).
  /// Throws UsageError for metrics that this set cannot have, Error for too few images.
  Metrics evaluate(const ImageSet& fake);

  const ImageSet& real() const { return real_; }
  const EvaluatorOptions& options() const { return options_; }
  const FeatureExtractor* extractor() const { return extractor_.get(); }
  /// Of either set, once evaluate() was called; empty where no metric needs them. The vectors only where they were
  /// kept.
  const Features& real_features() const { return real_features_; }
  const Features& fake_features() const { return fake_features_; }
  /// The share of the labelled real images that the network names rightly, where its logits may be those classes.
  std::optional<double> accuracy_on_real() const { return accuracy_on_real_; }
  /// What a reader of the metrics must know, in sentences: a network that does not know these images, few images.
  std::vector<std::string> warnings(const ImageSet& fake) const;
  /// How many images a KID subset has of these sets: 1,000, or all of the smaller one where that is forced.
  std::int64_t kid_subset(const ImageSet& fake) const;
  /// What the features are: the extractor, or what a stored set says made it.
  ExtractorInfo features_info(const ImageSet& fake) const;

 private:
  bool wants(const Metric& metric) const;
  void check(const ImageSet& set) const;
  void check_counts(const ImageSet& fake) const;
  Features features_of(const ImageSet& set, bool real) const;
  bool names_classes(const ImageSet& set) const;
  std::optional<double> class_accuracy(const ImageSet& fake) const;
  void evaluate_each(bool features, const ImageSet& fake, Metrics& out) const;
  void evaluate_features(const ImageSet& fake, Metrics& out);
  void add_intervals(Metrics& out) const;

  ImageSet real_;
  std::shared_ptr<const FeatureExtractor> extractor_;
  EvaluatorOptions options_;
  Features real_features_, fake_features_;
  std::optional<double> accuracy_on_real_;
};

/// What a Frechet distance is called: "fid" under Inception's features and "fd" under any others; of 10,000 generated
/// images, the quick form, "fid10k" and "fd10k".
std::string frechet_name(bool inception, std::int64_t generated);

}  // namespace ganymede::quality
