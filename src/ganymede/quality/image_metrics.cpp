// The metrics that compare images as they are: what each needs, makes of two sets, and is called.
#include <algorithm>

#include "ganymede/quality/evaluator.h"
#include "ganymede/quality/images_each.h"

namespace ganymede::quality {
namespace {

std::string sliced_lacks(const ImageSet& real, const ImageSet& fake, const Probe&, const EvaluatorOptions&) {
  if (real.stored || fake.stored) return "images, not features";
  const auto &a = real.images->info(), &b = fake.images->info();
  if (a.height == 0 || b.height == 0) return "images of one size: --size N";
  if (a.height != b.height || a.width != b.width || a.channels != b.channels) {
    return fmt::format("equally large images, not {}x{}x{} and {}x{}x{}: --size and --channels bring them there",
                       a.width, a.height, a.channels, b.width, b.height, b.channels);
  }
  if (std::min(a.height, a.width) < kSmallestLevel) return fmt::format("images of {0}x{0} or more", kSmallestLevel);
  return images_each(kMinSliced, real, fake, "");
}

std::string modes_lack(const ImageSet& real, const ImageSet& fake, const Probe&, const EvaluatorOptions&) {
  const bool shapes = real.images && fake.images && real.images->info().name == "shapes";
  return shapes ? "" : "the built-in data 'shapes' as the real images";
}

}  // namespace

void register_sliced_wasserstein(MetricRegistry& registry) {
  MetricEntry entry{.features = false};
  entry.lacks = sliced_lacks;
  entry.evaluate = [](const ImageSets& s, Metrics& out) {
    out.swd = sliced_wasserstein(*s.real.images, *s.fake.images, s.options.seed);
  };
  entry.measures = [](bool, std::int64_t) {
    return std::vector<Measure>{
        {.column = "swd", .chart = "Sliced Wasserstein distance", .unit = "SWD", .label = "SWD"}};
  };
  entry.values = [](const Metrics& f) { return std::vector<double>{f.swd.value().mean}; };
  registry.add("swd", std::move(entry));
}

void register_mode_coverage(MetricRegistry& registry) {
  MetricEntry entry{.features = false};
  entry.lacks = modes_lack;
  entry.evaluate = [](const ImageSets& s, Metrics& out) { out.modes = mode_coverage(*s.real.images, *s.fake.images); };
  entry.measures = [](bool, std::int64_t) {
    return std::vector<Measure>{
        {.column = "modes_divergence", .chart = "Divergence of modes", .unit = "nats", .label = "divergence"},
        {.column = "modes_found", .more_is_better = true, .chart = "Modes found", .unit = "classes", .label = "found"}};
  };
  entry.values = [](const Metrics& f) {
    return std::vector<double>{f.modes.value().divergence, static_cast<double>(f.modes->found)};
  };
  registry.add("modes", std::move(entry));
}

}  // namespace ganymede::quality
