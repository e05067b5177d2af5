#include "ganymede/objectives/penalty.h"

#include "ganymede/core/error.h"

namespace ganymede::objectives {

Tensor Penalty::points(const Tensor&, const Tensor&, std::uint64_t, const RandomSource&) const {
  throw std::logic_error("a penalty at real or generated images has no points of its own");
}

Tensor squared_gradient_norms(const Tensor& scores, const Tensor& points) {
  const Tensor gradient =
      torch::autograd::grad({scores.sum()}, {points}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  return gradient.to(at::kFloat).flatten(1).square().sum(1);
}

}  // namespace ganymede::objectives
