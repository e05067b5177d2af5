#include "ganymede/nn/batch_norm_options.h"

namespace ganymede::nn {

Value normalised(Graph& graph, Value x, const Shape& input, const NormTensors& tensors, double epsilon) {
  // One product and one sum, made in double so that it is as near as the pass that divides.
  Tensor scale = at::rsqrt(tensors.variance.detach().to(at::kDouble) + epsilon);
  if (tensors.scale.defined()) scale = scale * tensors.scale.detach();
  Tensor shift = -tensors.mean.detach() * scale;
  if (tensors.shift.defined()) shift = shift + tensors.shift.detach();
  const auto of_channels = [&](const Tensor& values) {
    return graph.constant(input.is_image() ? values.view({1, -1, 1, 1}) : values.view({1, -1}));
  };
  return graph.add(graph.multiply(x, of_channels(scale)), of_channels(shift));
}

}  // namespace ganymede::nn
