// Stands in for conv_in_parts.cpp where there is no oneDNN beside LibTorch's.
#include "ganymede/nn/kernels/conv_in_parts.h"

namespace ganymede::nn::kernels {

Tensor conv_in_parts(const Tensor&, const Tensor&, const Tensor&, const ConvGeometry&, FixedWeights*) {
  return {};
}
Tensor conv_transpose_in_parts(const Tensor&, const Tensor&, const ConvGeometry&, Size2, FixedWeights*) {
  return {};
}
Tensor conv_weight_gradient_in_parts(const Tensor&, const Tensor&, Size2, const ConvGeometry&) {
  return {};
}

}  // namespace ganymede::nn::kernels
