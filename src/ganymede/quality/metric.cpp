#include "ganymede/quality/metric.h"

#include "ganymede/quality/evaluator.h"

namespace ganymede::quality {

MetricRegistry& metrics() {
  static MetricRegistry registry = [] {
    MetricRegistry made("metric");
    register_frechet(made);
    register_kernel_distance(made);
    register_inception_score(made);
    register_prdc(made);
    register_sliced_wasserstein(made);
    register_mode_coverage(made);
    return made;
  }();
  return registry;
}

Metric metric_named(const std::string& name, const std::string& where) {
  metrics().at(name, where);
  return Metric(name);
}

void add_metric(MetricRegistry& registry, const std::string& name, bool more_is_better, bool features,
                std::function<double(const ImageSets& sets)> value) {
  registry.add(name, {.features = features,
                      .vectors = features,
                      .evaluate = [=](const ImageSets& sets, Metrics& out) { out.more[name] = value(sets); },
                      .measures = [=](bool, std::int64_t) { return std::vector<Measure>{{name, more_is_better}}; },
                      .values = [=](const Metrics& metrics) { return std::vector<double>{metrics.more.at(name)}; }});
}

}  // namespace ganymede::quality
