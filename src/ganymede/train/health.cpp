#include "ganymede/train/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ganymede::train {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Chosen so that healthy runs say nothing; docs/reliability.md has what they found, and missed, in recorded runs.
constexpr std::size_t kWindow = 5;        // measures whose median counts
constexpr std::uint64_t kYoung = 300;     // steps: networks begin with images that are all grey, some for this long
constexpr double kCollapsed = 0.03;       // of the real images' diversity
constexpr double kFallen = 0.2;           // of the greatest diversity it had
constexpr double kSaturated = 0.5;        // share of values
constexpr double kVanished = 1e-4;        // of the generator's first gradients
constexpr double kAlwaysTold = 0.9999;    // of all pairs,
constexpr std::size_t kTold = 30;         // in so many measures
constexpr double kFarFromReal = 0.3;      // of the real images' diversity
constexpr std::size_t kToldForSure = 10;  // measures in which all pairs are in order, where the outputs are as sure as
constexpr double kSure = 0.001;           // a probability of this; no network is too young for that
constexpr double kSteepest = 10;          // of a critic: a Wasserstein distance has slopes of 1, hinge and others less

/// The root of the variance over the batch, averaged over pixels; [N, ...].
double spread(const Tensor& images) {
  if (images.size(0) < 2) return kNone;
  return images.var(0, /*unbiased=*/true).mean().sqrt().item<double>();
}

/// The same around the mean of each image's own class; NaN where no class has two images, or the labels
/// are no classes.
double spread_in_class(const Tensor& images, const Tensor& labels) {
  if (!labels.defined() || labels.dim() != 1 || labels.scalar_type() != at::kLong) return kNone;
  const Tensor flat = images.flatten(1);
  const auto classes = labels.max().item<std::int64_t>() + 1;
  const Tensor ones = at::ones({images.size(0)}, flat.options());
  const Tensor counts = at::zeros({classes}, flat.options()).index_add(0, labels, ones);
  const Tensor sums = at::zeros({classes, flat.size(1)}, flat.options()).index_add(0, labels, flat);
  const Tensor means = sums / counts.clamp_min(1).unsqueeze(1);
  const double freedom = (counts - 1).clamp_min(0).sum().item<double>();
  if (freedom < 1) return kNone;
  const double squares = (flat - means.index_select(0, labels)).square().mean(1).sum().item<double>();
  return std::sqrt(squares / freedom);
}

double saturated(const Tensor& images) {
  constexpr double kEnd = 0.98;
  return images.abs().gt(kEnd).to(at::kFloat).mean().item<double>();
}

/// The area under the ROC curve.
double pairs_in_order(const Tensor& real, const Tensor& fake) {
  const Tensor a = real.flatten().unsqueeze(1), b = fake.flatten().unsqueeze(0);
  return (a.gt(b).to(at::kFloat) + 0.5 * a.eq(b).to(at::kFloat)).mean().item<double>();
}

double median(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }), values.end());
  if (values.empty()) return kNone;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

HealthMeasures measure_health(const SeenBatch& batch) {
  const torch::NoGradGuard constant;
  const Tensor real = batch.real.to(at::kFloat), fake = batch.fake.to(at::kFloat);
  HealthMeasures out;
  out.diversity = spread(fake) / spread(real);
  out.class_diversity = spread_in_class(fake, batch.labels_fake) / spread_in_class(real, batch.labels_real);
  out.saturation = saturated(fake) - saturated(real);
  out.separation = pairs_in_order(batch.scores_real, batch.scores_fake);
  return out;
}

std::map<std::string, double> health_values(const HealthMeasures& measures) {
  const double values[] = {measures.diversity, measures.class_diversity, measures.saturation, measures.separation};
  std::map<std::string, double> out;
  for (std::size_t i = 0; i < kHealthColumns.size(); ++i) {
    if (std::isfinite(values[i])) out[kHealthColumns[i]] = values[i];
  }
  return out;
}

/// No two images with values in [-1, 1] are further apart than 2 sqrt(values).
HealthMonitor::HealthMonitor(std::size_t image_values)
    : widest_(kSteepest * 2 * std::sqrt(static_cast<double>(image_values))) {}

void HealthMonitor::start_anew() {
  recent_.clear();
  finding_.reset();
}

void HealthMonitor::observe(std::uint64_t step, const HealthMeasures& measures) {
  always_told_ = measures.separation > kAlwaysTold ? always_told_ + 1 : 0;
  recent_.push_back({step, measures});
  if (recent_.size() > kWindow) recent_.pop_front();
  if (recent_.size() < kWindow) return;
  if (usual_grad_norm_g_ == 0) usual_grad_norm_g_ = recent_median(&HealthMeasures::grad_norm_g);
  best_diversity_ = std::fmax(best_diversity_, recent_median(&HealthMeasures::diversity));
  best_class_diversity_ = std::fmax(best_class_diversity_, recent_median(&HealthMeasures::class_diversity));
  auto now = diagnose();
  // The same trouble goes on, whichever of its signs is the plainest now: it stays as it was first seen.
  if (now && finding_ && finding_->collapsed() == now->collapsed()) return;
  finding_ = std::move(now);
}

double HealthMonitor::recent_median(double HealthMeasures::* member) const {
  std::vector<double> values;
  for (const auto& seen : recent_) values.push_back(seen.measures.*member);
  return median(std::move(values));
}

std::optional<Finding> HealthMonitor::diagnose() const {
  using Kind = Finding::Kind;
  const auto found = [&](Kind kind, std::string what, const char* hint) {
    return Finding{kind, recent_.front().step, std::move(what), hint};
  };
  const double diversity = recent_median(&HealthMeasures::diversity);
  const double in_class = recent_median(&HealthMeasures::class_diversity);
  const double saturation = recent_median(&HealthMeasures::saturation);
  const double gradient = recent_median(&HealthMeasures::grad_norm_g);
  // What little diversity a young network has may be all it has yet; what it had and lost is lost at any age.
  const double least = recent_.back().step < kYoung ? 0 : kCollapsed;
  if (gradient < kVanished * usual_grad_norm_g_) {
    return found(Kind::kNoGradient, fmt::format("the generator's gradient has vanished (norm {:.2g})", gradient),
                 "give the discriminator a smaller learning rate; a generator that is stuck does not come back: start "
                 "anew, or --on-collapse rewind");
  }
  if (saturation > kSaturated) {
    return found(Kind::kSaturation,
                 fmt::format("{:.0f} % more of the generated values than of the real ones are at black or white",
                             100 * saturation),
                 "a smaller learning rate of the generator, or another init; --on-collapse rewind goes back");
  }
  if (diversity < std::fmax(least, kFallen * best_diversity_)) {
    return found(Kind::kCollapse,
                 fmt::format("the generated images are nearly all the same: they differ {:.2g} times as much as the "
                             "real ones",
                             diversity),
                 "a smaller learning rate of the generator, a penalty (r1), minibatch_stddev in the discriminator, or "
                 "[augment] for few images");
  }
  if (in_class < std::fmax(least, kFallen * best_class_diversity_)) {
    return found(Kind::kClassCollapse,
                 fmt::format("the generated images of a class are nearly all the same: they differ {:.2g} times as "
                             "much as the real ones",
                             in_class),
                 "projection or a smaller weight of the class loss; a larger latent; minibatch_stddev");
  }
  const double output_real = recent_median(&HealthMeasures::output_real);
  const double output_fake = recent_median(&HealthMeasures::output_fake);
  if (std::abs(output_real - output_fake) > widest_) {
    return found(Kind::kRunaway,
                 fmt::format("the discriminator's outputs have run away: {:.3g} for real images, {:.3g} for generated "
                             "ones",
                             output_real, output_fake),
                 "a smaller learning rate of the discriminator, spectral norm or a gradient penalty; for wgan with "
                 "clipping a clip of 0.01");
  }
  const bool sure = output_real >= 1 - kSure && output_real <= 1 && output_fake >= 0 && output_fake <= kSure;
  const bool told = (least > 0 && always_told_ >= kTold) || (sure && always_told_ >= kToldForSure);
  if (told && diversity < kFarFromReal) {
    return found(Kind::kDiscriminatorWins, "the discriminator tells every generated image from every real one",
                 "give the discriminator a smaller learning rate, dropout, spectral norm or a penalty (r1)");
  }
  return std::nullopt;
}

}  // namespace ganymede::train
