#include "ganymede/quality/frechet.h"

#include <algorithm>

#include "ganymede/core/counted.h"
#include "ganymede/core/error.h"

namespace ganymede::quality {

double frechet_distance(const GaussianMoments& a, const GaussianMoments& b) {
  Tensor cross;
  {
    const auto [values, vectors] = at::linalg_eigh(a.covariance);
    const Tensor root = at::matmul(vectors * values.clamp_min(0).sqrt(), vectors.t());
    cross = at::matmul(at::matmul(root, b.covariance), root);
  }
  const Tensor eigenvalues = at::linalg_eigvalsh((cross + cross.t()) / 2);
  const double trace_of_root = eigenvalues.clamp_min(0).sqrt().sum().item<double>();
  const double means = (a.mean - b.mean).square().sum().item<double>();
  const double traces = a.covariance.diagonal().sum().item<double>() + b.covariance.diagonal().sum().item<double>();
  return means + traces - 2 * trace_of_root;
}

double frechet_distance(const Moments& a, const Moments& b) {
  if (a.dimension() != b.dimension()) {
    throw Error(fmt::format("features of width {} in one set and {} in the other", a.dimension(), b.dimension()), {},
                "compare features of one network only");
  }
  return std::max(0.0, frechet_distance(GaussianMoments{a.mean(), a.covariance()}, {b.mean(), b.covariance()}));
}

void expect_enough(std::int64_t images, std::int64_t width, const std::string& name) {
  const std::int64_t least = std::max<std::int64_t>(2, width);
  if (images >= least) return;
  throw Error(fmt::format("{} too few for features of width {}", counted(images, "image is", "images are"), width),
              name, fmt::format("use {} or more, or --force a distance that is too large", grouped(least)));
}

}  // namespace ganymede::quality
