// The metrics, by the names that commands and recipes give them. A new one is its file, its name in
// CMakeLists.txt, and a test.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "ganymede/config/registry.h"

namespace ganymede::quality {

struct ImageSet;
struct Features;
struct EvaluatorOptions;
struct Metrics;

/// What a metric may look at. Features are there where it says that it compares them.
struct ImageSets {
  const ImageSet &real, &fake;
  const Features &real_features, &fake_features;
  const EvaluatorOptions& options;
};

/// What is known of the features before they are computed.
struct Probe {
  std::int64_t width = 0;  ///< 0: there are none
  bool logits = false;
};

/// A column of a run's table of metrics, how models are compared by it, and how charts name it. Those with one `chart`
/// share one.
struct Measure {
  std::string column;
  bool more_is_better = false;
  std::string chart = column, unit = column, label = column;
};

struct MetricEntry {
  bool features = true;  ///< compares features rather than pixels
  bool vectors = false;  ///< needs each image's features, not their moments alone
  bool logits = false;   ///< needs the generated images' logits
  /// What it lacks, in words with what to type; empty where it can be had. Features, where it compares them, are there.
  std::function<std::string(const ImageSet& real, const ImageSet& fake, const Probe& features,
                            const EvaluatorOptions& options)>
      lacks = {};
  /// Puts its values into `out`. Throws Error for too few images.
  std::function<void(const ImageSets& sets, Metrics& out)> evaluate = {};
  /// Its columns, the first of which decides which model is best; `inception`: the features are Inception's, of `count`
  /// generated images.
  std::function<std::vector<Measure>(bool inception, std::int64_t count)> measures = {};
  /// Its values in the order of measures().
  std::function<std::vector<double>(const Metrics& metrics)> values = {};
};

using MetricRegistry = config::Registry<MetricEntry>;
MetricRegistry& metrics();
/// Adds those of this folder.
void add_entries(MetricRegistry& registry);

/// Every column that a metric may have, in the order of their registration.
std::vector<Measure> all_measures();

/// A metric of one number, which stands under its name among the values (Metrics::more).
void add_metric(MetricRegistry& registry, const std::string& name, bool more_is_better, bool features,
                std::function<double(const ImageSets& sets)> value);

/// One of metrics(), by its name.
class Metric {
 public:
  explicit Metric(std::string name) : name_(std::move(name)) {}
  const std::string& name() const { return name_; }
  const MetricEntry& entry() const { return metrics().at(name_, {}); }
  bool operator==(const Metric&) const = default;

  static const Metric kFid, kKid, kIs, kPrdc, kSwd, kModes;

 private:
  std::string name_;
};
inline const Metric Metric::kFid{"fid"}, Metric::kKid{"kid"}, Metric::kIs{"is"}, Metric::kPrdc{"prdc"},
    Metric::kSwd{"swd"}, Metric::kModes{"modes"};

inline const std::string& name_of(const Metric& metric) {
  return metric.name();
}
/// Throws UsageError at `where`, naming the nearest.
Metric metric_named(const std::string& name, const std::string& where = {});
/// Whether it compares features rather than pixels.
inline bool needs_features(const Metric& metric) {
  return metric.entry().features;
}

}  // namespace ganymede::quality
