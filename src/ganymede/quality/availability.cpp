#include "ganymede/quality/availability.h"

#include <algorithm>

#include "ganymede/quality/images.h"
#include "ganymede/quality/inception_score.h"

namespace ganymede::quality {
namespace {

/// What is known of the features before they are computed.
struct Probe {
  std::int64_t width = 0;  ///< 0: there are none
  bool logits = false;
};

Probe probe(const Side& real, const Side& fake, const FeatureExtractor* extractor) {
  if (fake.stored) {
    if (!real.stored && extractor == nullptr) return {};
    return {fake.stored->values.features.size(1), fake.stored->values.logits.defined()};
  }
  if (extractor == nullptr) return {};
  const Extracted one = extractor->extract(read_images(*fake.images, 0, 1), true);
  return {one.features.size(1), one.logits.defined()};
}

std::string images_each(std::int64_t wanted, std::int64_t have, const std::string& why) {
  return fmt::format("{} images or more on each side{}, and there are {}", wanted, why.empty() ? "" : " (" + why + ")",
                     have);
}

std::string swd_needs(const Side& real, const Side& fake) {
  if (real.stored || fake.stored) return "images, not features";
  const auto &a = real.images->info(), &b = fake.images->info();
  if (a.height == 0 || b.height == 0) return "images of one size: --size N";
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) {
    return fmt::format("equally large images, not {}x{}x{} and {}x{}x{}: --size and --channels bring them there",
                       a.width, a.height, a.channels, b.width, b.height, b.channels);
  }
  if (std::min(a.height, a.width) < kSmallestLevel) return fmt::format("images of {0}x{0} or more", kSmallestLevel);
  const auto fewest = std::min(real.count(), fake.count());
  return fewest < kFewestSliced ? images_each(kFewestSliced, fewest, "") : "";
}

/// Empty where the metric can be had.
std::string needs(Metric metric, const Side& real, const Side& fake, const Probe& features,
                  const JudgeOptions& options) {
  const auto fewest = std::min(real.count(), fake.count());
  if (metric == Metric::kSwd) return swd_needs(real, fake);
  if (metric == Metric::kModes) {
    const bool shapes = real.images && fake.images && real.images->info().name == "shapes";
    return shapes ? "" : "the built-in data 'shapes' as the real side";
  }
  if (features.width == 0) return "features: --features FILE, or --train-features where the real images have labels";
  if (metric == Metric::kFid) {
    const auto wanted = options.force ? 2 : std::max<std::int64_t>(2, features.width);
    return fewest < wanted ? images_each(wanted, fewest, "the features' width; --force takes fewer") : "";
  }
  if (metric == Metric::kKid) {
    const std::int64_t wanted = options.force ? 2 : KernelDistanceOptions().subset;
    return fewest < wanted ? images_each(wanted, fewest, "its subsets; --force takes one of all") : "";
  }
  if (metric == Metric::kPrdc) return fewest <= options.k ? images_each(options.k + 1, fewest, "more than --k") : "";
  if (!features.logits) return "logits, which these features come without";
  return fake.count() < kScoreSplits ? images_each(kScoreSplits, fake.count(), "its splits") : "";
}

}  // namespace

Available available_metrics(const Side& real, const Side& fake, const FeatureExtractor* extractor,
                            const JudgeOptions& options) {
  const Probe features = probe(real, fake, extractor);
  Available out;
  for (const Metric metric : {Metric::kFid, Metric::kKid, Metric::kIs, Metric::kPrdc, Metric::kSwd, Metric::kModes}) {
    const std::string missing = needs(metric, real, fake, features, options);
    if (missing.empty())
      out.metrics.push_back(metric);
    else
      out.skipped.push_back({metric, missing});
  }
  return out;
}

}  // namespace ganymede::quality
