#include "ganymede/quality/principal_components.h"

#include "ganymede/core/error.h"

namespace ganymede::quality {

Tensor projected(const Tensor& features, const Moments& moments, std::int64_t count) {
  if (moments.dimension() < count || features.size(1) != moments.dimension()) {
    throw Error(fmt::format("features of width {} have no {} principal components of width {}", features.size(1), count,
                            moments.dimension()));
  }
  const Tensor vectors = std::get<1>(at::linalg_eigh(moments.covariance()));  // the widest is the last
  Tensor axes = vectors.slice(1, vectors.size(1) - count).flip(1);
  const Tensor largest = axes.gather(0, axes.abs().argmax(0, true));
  axes = axes * largest.sign();
  return at::matmul(features.to(at::kDouble) - moments.mean(), axes);
}

}  // namespace ganymede::quality
