#include "ganymede/train/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ganymede::train {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Chosen so that healthy runs say nothing; docs/reliability.md has what they found, and missed, in recorded runs.
constexpr std::size_t kWindow = 5;        // measures whose median counts,
constexpr std::size_t kLongWindow = 15;   // and where even healthy networks begin badly
constexpr std::uint64_t kYoung = 300;     // steps: networks begin with images that are all grey, some for this long
constexpr double kCollapsed = 0.03;       // of the real images' diversity
constexpr double kFallen = 0.2;           // of the greatest diversity it had
constexpr double kOneEach = 0.2;          // of the diversity over the classes, where that is
constexpr double kSeveral = 0.3;          // at least this,
constexpr double kSaturated = 0.7;        // share of values
constexpr double kNoisy = 4;              // times the real images' detail; dense networks begin with 3.7,
constexpr double kNoisyStill = 3;         // and what was found is over below this
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

/// The side of the blocks that detail is within: 2 pixels of images of 32, 4 of 64, which may be 32 made larger.
std::int64_t fine_block(const Tensor& images) {
  constexpr std::int64_t kAcross = 16;
  return std::max<std::int64_t>(2, std::min(images.size(2), images.size(3)) / kAcross);
}

Tensor block_means(const Tensor& images, std::int64_t side) {
  return at::avg_pool2d(images, {side, side});
}

/// The means of blocks twice as wide of images [N, C, H, W], or the images where they are too small for it.
Tensor coarse(const Tensor& images) {
  const std::int64_t side = 2 * fine_block(images);
  return std::min(images.size(2), images.size(3)) < 2 * side ? images : block_means(images, side);
}

/// The root of the mean square of what the means of blocks leave of images [N, C, H, W]; NaN of smaller ones.
double fine_detail(const Tensor& images) {
  const std::int64_t side = fine_block(images);
  if (std::min(images.size(2), images.size(3)) < side) return kNone;
  const Tensor smooth = block_means(images, side).repeat_interleave(side, 2).repeat_interleave(side, 3);
  const Tensor whole = images.slice(2, 0, smooth.size(2)).slice(3, 0, smooth.size(3));
  return (whole - smooth).square().mean().sqrt().item<double>();
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

Tensor last_features(const models::Network& discriminator, const Tensor& images, const Tensor& labels) {
  const torch::NoGradGuard constant;
  const auto& entries = discriminator.entries();
  std::size_t end = entries.size();
  if (discriminator.heads().empty()) {
    const auto learns = [](const auto& entry) {
      return !entry.layer->parameters().empty() || !entry.layer->parts().empty();
    };
    while (end > 0 && !learns(entries[end - 1])) --end;
    if (end > 0) --end;
  }
  nn::ForwardContext context{.labels = labels};
  Tensor h = images.to(at::kFloat);
  for (std::size_t i = 0; i < end; ++i) {
    if (!entries[i].absorbed) h = entries[i].layer->forward(h, context);
  }
  return h.flatten(1).to(at::kFloat);
}

HealthMeasures measure_health(const SeenBatch& batch) {
  const torch::NoGradGuard constant;
  const Tensor real = batch.real.to(at::kFloat), fake = batch.fake.to(at::kFloat);
  HealthMeasures out;
  const Tensor coarse_real = coarse(real), coarse_fake = coarse(fake);
  out.diversity = spread(coarse_fake) / spread(coarse_real);
  out.class_diversity =
      spread_in_class(coarse_fake, batch.labels_fake) / spread_in_class(coarse_real, batch.labels_real);
  out.feature_diversity = kNone;
  if (batch.features_fake.defined()) out.feature_diversity = spread(batch.features_fake) / spread(batch.features_real);
  out.detail = fine_detail(fake) / fine_detail(real);
  out.saturation = saturated(fake) - saturated(real);
  out.separation = pairs_in_order(batch.scores_real, batch.scores_fake);
  return out;
}

std::map<std::string, double> health_values(const HealthMeasures& measures) {
  const double values[] = {measures.diversity, measures.class_diversity, measures.feature_diversity,
                           measures.detail,    measures.saturation,      measures.separation};
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
  if (recent_.size() > kLongWindow) recent_.pop_front();
  if (recent_.size() < kWindow) return;
  if (usual_grad_norm_g_ == 0) usual_grad_norm_g_ = recent_median(&HealthMeasures::grad_norm_g, kWindow);
  best_diversity_ = std::fmax(best_diversity_, recent_median(&HealthMeasures::diversity, kWindow));
  best_class_diversity_ = std::fmax(best_class_diversity_, recent_median(&HealthMeasures::class_diversity, kWindow));
  auto now = collapse();
  if (!now) now = trouble();
  // The same trouble goes on, whichever of its signs is the plainest now: it stays as it was first seen, unless it has
  // become a collapse.
  if (now && finding_ && now->of_images() == finding_->of_images() && finding_->collapsed() >= now->collapsed()) return;
  finding_ = std::move(now);
}

double HealthMonitor::recent_median(double HealthMeasures::* member, std::size_t count) const {
  std::vector<double> values;
  for (std::size_t i = recent_.size() - std::min(count, recent_.size()); i < recent_.size(); ++i)
    values.push_back(recent_[i].measures.*member);
  return median(std::move(values));
}

bool HealthMonitor::is_young() const {
  return recent_.back().step < kYoung;
}

std::uint64_t HealthMonitor::first_above(double HealthMeasures::* member, double limit) const {
  for (const auto& seen : recent_) {
    if (seen.measures.*member > limit) return seen.step;
  }
  return recent_.back().step;
}

bool HealthMonitor::one_each() const {
  const double diversity = recent_median(&HealthMeasures::diversity, kLongWindow);
  const double in_class = recent_median(&HealthMeasures::class_diversity, kLongWindow);
  return !is_young() && diversity > kSeveral && in_class < kOneEach * diversity;
}

/// What nothing more is to be hoped of.
std::optional<Finding> HealthMonitor::collapse() const {
  using Kind = Finding::Kind;
  const std::uint64_t since = recent_[recent_.size() - kWindow].step;
  const double diversity = recent_median(&HealthMeasures::diversity, kWindow);
  const double in_class = recent_median(&HealthMeasures::class_diversity, kWindow);
  const double saturation = recent_median(&HealthMeasures::saturation, kWindow);
  const double gradient = recent_median(&HealthMeasures::grad_norm_g, kWindow);
  // What little diversity a young network has may be all it has yet; what it had and lost is lost at any age.
  const double least = is_young() ? 0 : kCollapsed;
  if (gradient < kVanished * usual_grad_norm_g_) {
    return Finding{
        Kind::kNoGradient, since, fmt::format("the generator's gradient has vanished (norm {:.2g})", gradient),
        "give the discriminator a smaller learning rate; a generator that is stuck does not come back: start "
        "anew, or --on-collapse rewind"};
  }
  if (saturation > kSaturated) {
    return Finding{Kind::kSaturation, since,
                   fmt::format("{:.0f} % more of the generated values than of the real ones are at black or white",
                               100 * saturation),
                   "a smaller learning rate of the generator, or another init; --on-collapse rewind goes back"};
  }
  if (diversity < std::fmax(least, kFallen * best_diversity_)) {
    return Finding{
        Kind::kCollapse, since,
        fmt::format("the generated images are nearly all the same: they differ {:.2g} times as much as the "
                    "real ones",
                    diversity),
        "a smaller learning rate of the generator, a penalty (r1), minibatch_stddev in the discriminator, or "
        "[augment] for few images"};
  }
  if (one_each() || in_class < std::fmax(least, kFallen * best_class_diversity_)) {
    return Finding{Kind::kClassCollapse, since,
                   fmt::format("the generated images of a class are nearly all the same: they differ {:.2g} times as "
                               "much as the real ones",
                               in_class),
                   "projection or a smaller weight of the class loss; a larger latent; minibatch_stddev"};
  }
  return std::nullopt;
}

/// What may pass.
std::optional<Finding> HealthMonitor::trouble() const {
  using Kind = Finding::Kind;
  const std::uint64_t since = recent_[recent_.size() - kWindow].step;
  const double detail =
      std::fmin(recent_median(&HealthMeasures::detail, kLongWindow), recent_median(&HealthMeasures::detail, kWindow));
  const bool bad_before = finding_ && finding_->of_images();
  if (recent_.size() == kLongWindow && detail > (bad_before ? kNoisyStill : kNoisy)) {
    return Finding{
        Kind::kNoise, first_above(&HealthMeasures::detail, kNoisyStill),
        fmt::format("the generated images are patterns of single pixels: they have {:.2g} times the detail of "
                    "the real ones",
                    detail),
        "smaller learning rates of both networks, or another init"};
  }
  const double output_real = recent_median(&HealthMeasures::output_real, kWindow);
  const double output_fake = recent_median(&HealthMeasures::output_fake, kWindow);
  if (std::abs(output_real - output_fake) > widest_) {
    return Finding{
        Kind::kRunaway, since,
        fmt::format("the discriminator's outputs have run away: {:.3g} for real images, {:.3g} for generated "
                    "ones",
                    output_real, output_fake),
        "a smaller learning rate of the discriminator, spectral norm or a gradient penalty; for wgan with "
        "clipping a clip of 0.01"};
  }
  const bool sure = output_real >= 1 - kSure && output_real <= 1 && output_fake >= 0 && output_fake <= kSure;
  const bool told = (!is_young() && always_told_ >= kTold) || (sure && always_told_ >= kToldForSure);
  if (told && recent_median(&HealthMeasures::diversity, kWindow) < kFarFromReal) {
    return Finding{Kind::kDiscriminatorWins, since, "the discriminator tells every generated image from every real one",
                   "give the discriminator a smaller learning rate, dropout, spectral norm or a penalty (r1)"};
  }
  return std::nullopt;
}

}  // namespace ganymede::train
