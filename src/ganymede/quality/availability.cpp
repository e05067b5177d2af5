#include "ganymede/quality/availability.h"

#include "ganymede/quality/images.h"

namespace ganymede::quality {
namespace {

Probe probe(const ImageSet& real, const ImageSet& fake, const FeatureExtractor* extractor) {
  if (fake.stored) {
    if (!real.stored && extractor == nullptr) return {};
    return {fake.stored->values.features.size(1), fake.stored->values.logits.defined()};
  }
  if (extractor == nullptr) return {};
  const Extracted one = extractor->extract(read_images(*fake.images, 0, 1), true);
  return {one.features.size(1), one.logits.defined()};
}

/// Empty where the metric can be had.
std::string needs(const Metric& metric, const ImageSet& real, const ImageSet& fake, const Probe& features,
                  const EvaluatorOptions& options) {
  const MetricEntry& entry = metric.entry();
  if (entry.features && features.width == 0) {
    return "features: --features FILE, or --train-features where the real images have labels";
  }
  if (entry.lacks) return entry.lacks(real, fake, features, options);
  return !entry.features && (real.stored || fake.stored) ? "images, not features" : "";
}

}  // namespace

Available available_metrics(const ImageSet& real, const ImageSet& fake, const FeatureExtractor* extractor,
                            const EvaluatorOptions& options) {
  const Probe features = probe(real, fake, extractor);
  Available out;
  for (const auto& name : metrics().names()) {
    const Metric metric(name);
    const std::string missing = needs(metric, real, fake, features, options);
    if (missing.empty())
      out.metrics.push_back(metric);
    else
      out.skipped.push_back({metric, missing});
  }
  return out;
}

}  // namespace ganymede::quality
