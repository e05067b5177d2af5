// The metrics that compare features: what each needs, makes of two sets, and is called.
#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/quality/evaluator.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/images_each.h"
#include "ganymede/quality/inception_score.h"
#include "ganymede/quality/stage.h"

namespace ganymede::quality {

void register_frechet(MetricRegistry& registry) {
  MetricEntry entry;
  entry.lacks = [](const ImageSet& real, const ImageSet& fake, const Probe& features, const EvaluatorOptions& options) {
    const auto wanted = options.force ? 2 : std::max<std::int64_t>(2, features.width);
    return images_each(wanted, real, fake, "the features' width; --force takes fewer");
  };
  entry.evaluate = [](const ImageSets& s, Metrics& out) {
    out.frechet = frechet_distance(s.real_features.moments, s.fake_features.moments);
    if (!s.options.fd_infinity) return;
    out.frechet_at_infinity = frechet_at_infinity(s.real_features.features, s.fake_features.features, s.options.seed);
  };
  entry.measures = [](bool inception, std::int64_t count) {
    const std::string column = frechet_name(inception, count);
    std::string title = inception ? "Fréchet inception distance" : "Fréchet distance of features";
    if (column.ends_with("10k")) title += ", 10,000 images";
    const std::string short_name = (inception ? "FID" : "FD") + column.substr(inception ? 3 : 2);
    return std::vector<Measure>{{.column = column, .chart = title, .unit = short_name, .label = short_name}};
  };
  entry.values = [](const Metrics& f) { return std::vector<double>{f.frechet.value()}; };
  registry.add("fid", std::move(entry));
}

void register_kernel_distance(MetricRegistry& registry) {
  MetricEntry entry{.vectors = true};
  entry.lacks = [](const ImageSet& real, const ImageSet& fake, const Probe&, const EvaluatorOptions& options) {
    const std::int64_t wanted = options.force ? 2 : KernelDistanceOptions().subset;
    return images_each(wanted, real, fake, "its subsets; --force takes one of all");
  };
  entry.evaluate = [](const ImageSets& s, Metrics& out) {
    out.kid = kernel_distance(s.real_features.features, s.fake_features.features,
                              {.subset = kid_subset(s.real, s.fake, s.options), .seed = s.options.seed});
  };
  entry.measures = [](bool, std::int64_t) {
    return std::vector<Measure>{{.column = "kid", .chart = "Kernel inception distance", .unit = "KID", .label = "KID"}};
  };
  entry.values = [](const Metrics& f) { return std::vector<double>{f.kid.value().mean}; };
  registry.add("kid", std::move(entry));
}

void register_inception_score(MetricRegistry& registry) {
  MetricEntry entry{.logits = true};
  entry.lacks = [](const ImageSet&, const ImageSet& fake, const Probe& features,
                   const EvaluatorOptions&) -> std::string {
    if (!features.logits) return "logits, which these features come without";
    return fake.count() < kScoreSplits ? images_each_text(kScoreSplits, fake.count(), "its splits") : "";
  };
  entry.evaluate = [](const ImageSets& s, Metrics& out) {
    out.is = inception_score(s.fake_features.logits, s.options.seed);
  };
  entry.measures = [](bool, std::int64_t) {
    return std::vector<Measure>{
        {.column = "is", .more_is_better = true, .chart = "Inception score", .unit = "IS", .label = "IS"}};
  };
  entry.values = [](const Metrics& f) { return std::vector<double>{f.is.value().mean}; };
  registry.add("is", std::move(entry));
}

void register_prdc(MetricRegistry& registry) {
  MetricEntry entry{.vectors = true};
  entry.lacks = [](const ImageSet& real, const ImageSet& fake, const Probe&, const EvaluatorOptions& options) {
    return images_each(options.k + 1, real, fake, "more than --k");
  };
  entry.evaluate = [](const ImageSets& s, Metrics& out) {
    Stage stage(s.options.progress, "precision and recall", 2 * s.real.count() + s.fake.count());
    out.prdc = prdc(s.real_features.features, s.fake_features.features, s.options.k,
                    [&](std::int64_t done) { stage(static_cast<std::uint64_t>(done)); });
  };
  entry.measures = [](bool, std::int64_t) {
    std::vector<Measure> out;
    for (const char* column : {"coverage", "precision", "recall", "density"}) {
      out.push_back({.column = column, .more_is_better = true, .chart = "Fidelity and diversity", .unit = "share"});
    }
    return out;
  };
  entry.values = [](const Metrics& f) {
    const Prdc& p = f.prdc.value();
    return std::vector<double>{p.coverage, p.precision, p.recall, p.density};
  };
  registry.add("prdc", std::move(entry));
}

}  // namespace ganymede::quality
