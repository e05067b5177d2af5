// A gradient norm that should have a certain size: what WGAN-GP and DRAGAN share.
#pragma once

#include "ganymede/config/fields.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::objectives {

struct NormTarget {
  double target = 1;
  bool one_sided = false;  ///< only norms above the target cost anything

  /// mean((norm - target)^2) of squared norms [N].
  Tensor deviation(const Tensor& squared_norms) const {
    // The root's slope at 0 is infinite: a flat discriminator must not make NaN.
    Tensor excess = (squared_norms + 1e-12).sqrt() - target;
    if (one_sided) excess = at::relu(excess);
    return excess.square().mean();
  }
};

template <class V>
void visit_fields(V& field, NormTarget& o) {
  field("target", o.target, config::in_range(0, 1e6), "what the gradient's norm should be");
  field("one_sided", o.one_sided, "only norms above it cost anything");
}

}  // namespace ganymede::objectives
