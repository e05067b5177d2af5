// What tells a PhaseClock which layer a backward pass is at.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

/// `x` itself, as it goes from one layer to the next; null is the outside of the list. When a gradient comes back
/// through here, `before` begins its backward pass; when the gradient of a gradient does (a penalty's), which goes the
/// other way, `after` does. Where no graph is made, nothing is marked.
Tensor marked(const Tensor& x, const Layer* before, const Layer* after);

}  // namespace ganymede::nn
