#include "ganymede/explore/latents.h"

#include <cmath>

#include "ganymede/core/generators.h"
#include "ganymede/core/random.h"

namespace ganymede::explore {
namespace {

/// Point `at` of the polygon through `anchors`, 0 at the first, 1 at the second, ...
Tensor point(const Tensor& anchors, double at, Blend interpolation) {
  const std::int64_t count = anchors.size(0);
  const auto from = std::min(static_cast<std::int64_t>(at), count - 2);
  return blend(anchors[from], anchors[from + 1], at - static_cast<double>(from), interpolation);
}

}  // namespace

Tensor latents_of(const config::LatentConfig& latent, std::span<const Exemplar> exemplars) {
  std::vector<Tensor> rows;
  for (const auto& exemplar : exemplars)
    rows.push_back(models::sample_numbered_latent(latent, exemplar.index, exemplar.seed));
  return at::cat(rows);
}

Tensor blend(const Tensor& a, const Tensor& b, double t, Blend interpolation) {
  if (t == 0) return a;
  if (t == 1) return b;
  const Tensor straight = a * (1 - t) + b * t;
  if (interpolation == Blend::kLinear) return straight;
  const Tensor lengths = (a.norm(2, -1, true) * b.norm(2, -1, true)).clamp_min(1e-12);
  const Tensor angle = at::acos(((a * b).sum(-1, true) / lengths).clamp(-1, 1));
  const Tensor sine = at::sin(angle);
  const Tensor curved = (at::sin(angle * (1 - t)) * a + at::sin(angle * t) * b) / sine.clamp_min(1e-12);
  return at::where(sine > 1e-4, curved, straight);
}

Tensor path(const Tensor& anchors, std::int64_t frames, Blend interpolation) {
  std::vector<Tensor> rows;
  const double spans = static_cast<double>(anchors.size(0) - 1);
  for (std::int64_t i = 0; i < frames; ++i) {
    rows.push_back(point(anchors, frames > 1 ? spans * static_cast<double>(i) / static_cast<double>(frames - 1) : 0,
                         interpolation));
  }
  return at::stack(rows);
}

Tensor closed_path(const Tensor& anchors, std::int64_t frames, Blend interpolation) {
  return path(at::cat({anchors, anchors.slice(0, 0, 1)}), frames + 1, interpolation).slice(0, 0, frames);
}

Tensor mixed(const Tensor& anchors, const Tensor& weights) {
  const Tensor exact = weights.to(at::kDouble);
  return at::matmul(exact / exact.norm(2, 1, /*keepdim=*/true), anchors.to(at::kDouble)).to(at::kFloat);
}

Tensor class_path(std::int64_t from, std::int64_t to, std::int64_t classes, std::int64_t frames) {
  const Tensor share = at::linspace(0, 1, frames, at::kFloat), weights = at::zeros({frames, classes});
  weights.select(1, from).add_(1 - share);
  weights.select(1, to).add_(share);
  return weights;
}

Tensor arithmetic(const Tensor& a, const Tensor& b, const Tensor& c) {
  return a.mean(0) - b.mean(0) + c.mean(0);
}

Tensor direction(const Tensor& with, const Tensor& without) {
  return with.mean(0) - without.mean(0);
}

Tensor perturbations(const Tensor& centre, double radius, std::uint64_t seed) {
  Tensor noise =
      at::empty({9, centre.size(0)}).uniform_(-radius, radius, cpu_generator(stream_seed(seed, "neighbours")));
  noise[4].zero_();
  return centre.unsqueeze(0) + noise;
}

}  // namespace ganymede::explore
