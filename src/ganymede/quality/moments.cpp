#include "ganymede/quality/moments.h"

#include <cmath>

#include "ganymede/core/error.h"

namespace ganymede::quality {

void expect_finite(const Tensor& features, const std::string& what) {
  constexpr std::int64_t kRows = 1024;  // what isfinite() makes on its way is several times as large as its input
  for (const auto& block : features.split(kRows)) {
    if (at::isfinite(block).all().item<bool>()) continue;
    throw Error("a feature is not a finite number", what,
                "look for NaN in the images or in the network that makes the features");
  }
}

Moments moments_of(const Tensor& features) {
  constexpr std::int64_t kRows = 1024;
  Moments out;
  for (const auto& block : features.split(kRows)) out.add(block);
  return out;
}

void Moments::add(const Tensor& features) {
  if (features.dim() != 2) throw Error(fmt::format("features in {} dimensions where two belong", features.dim()));
  if (features.size(0) == 0) return;
  if (dimension() != 0 && features.size(1) != dimension()) {
    throw Error(fmt::format("features of width {} where {} came before", features.size(1), dimension()), {},
                "compare features of one network only");
  }
  expect_finite(features, "the features");
  const Tensor rows = features.to(at::kCPU, at::kDouble);
  const Tensor mean = rows.mean(0);
  take(rows.size(0), mean, rows - mean);
}

void Moments::merge(const Moments& other) {
  if (other.count_ == 0) return;
  if (dimension() != 0 && other.dimension() != dimension()) {
    throw Error(fmt::format("features of width {} where {} came before", other.dimension(), dimension()), {},
                "compare features of one network only");
  }
  take(other.count_, other.mean_, at::empty({0, other.dimension()}, at::kDouble));
  scatter_ += other.scatter_;
}

/// One product over the centred rows and, as one row more, the two means' distance, scaled to count as it must.
void Moments::take(std::int64_t count, const Tensor& mean, Tensor centred) {
  if (count_ == 0) {
    mean_ = at::zeros_like(mean);
    scatter_ = at::zeros({mean.size(0), mean.size(0)}, at::kDouble);
  }
  const double all = static_cast<double>(count_ + count), share = static_cast<double>(count) / all;
  const Tensor apart = mean - mean_;
  centred = at::cat({centred, (apart * std::sqrt(static_cast<double>(count_) * share)).unsqueeze(0)});
  scatter_.addmm_(centred.t(), centred);
  mean_ = mean_ + apart * share;
  count_ += count;
}

Tensor Moments::covariance() const {
  if (count_ < 2) throw Error(fmt::format("{} feature vectors have no covariance", count_), {}, "use more images");
  return scatter_ / static_cast<double>(count_ - 1);
}

}  // namespace ganymede::quality
