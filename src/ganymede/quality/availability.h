// Which metrics two sets can have, and what the others need: said, not silently left out.
#pragma once

#include <string>
#include <vector>

#include "ganymede/quality/evaluator.h"

namespace ganymede::quality {

/// A metric that was not asked for by name and cannot be had.
struct Skipped {
  Metric metric;
  std::string needs;  ///< in words, with what to type
};

struct Available {
  std::vector<Metric> metrics;
  std::vector<Skipped> skipped;
};

/// All metrics, sorted into those that these sets can have under `options` and those they cannot. `extractor` may be
/// null. Generates features of one image, to learn how wide they are.
Available available_metrics(const ImageSet& real, const ImageSet& fake, const FeatureExtractor* extractor,
                            const EvaluatorOptions& options);

}  // namespace ganymede::quality
