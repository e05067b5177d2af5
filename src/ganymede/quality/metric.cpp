#include "ganymede/quality/metric.h"

#include <algorithm>

#include "ganymede/quality/evaluator.h"

namespace ganymede::quality {

MetricRegistry& metrics() {
  static MetricRegistry registry = [] {
    MetricRegistry made("metric");
    add_entries(made);
    return made;
  }();
  return registry;
}

std::vector<Measure> all_measures() {
  constexpr std::int64_t few = 10'000, many = 50'000;  // the counts that a Fréchet distance is named after
  std::vector<Measure> out;
  for (const auto& name : metrics().names()) {
    for (const bool inception : {true, false}) {
      for (const auto count : {many, few}) {
        for (const auto& measure : metrics().at(name, {}).measures(inception, count)) {
          const auto same = [&](const Measure& known) { return known.column == measure.column; };
          if (std::none_of(out.begin(), out.end(), same)) out.push_back(measure);
        }
      }
    }
  }
  return out;
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
                      .measures =
                          [=](bool, std::int64_t) {
                            return std::vector<Measure>{{.column = name, .more_is_better = more_is_better}};
                          },
                      .values = [=](const Metrics& metrics) { return std::vector<double>{metrics.more.at(name)}; }});
}

}  // namespace ganymede::quality
