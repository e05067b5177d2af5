#include "ganymede/nn/kernels/normalisation.h"

namespace ganymede::nn::kernels {

std::vector<Tensor> differentiable_gradients(const Normalised& y, const Tensor& dy,
                                             const std::function<Tensor(const Tensor&)>& mean_over) {
  const std::vector<std::int64_t> over = beside_channels(y.x), shape = along_channels(y.x);
  const at::ScalarType type = statistics_type(y.x);
  const Tensor hat = (y.x.to(type) - y.mean) * y.inverse;
  const Tensor w = y.weight.defined() ? y.weight.to(type).view(shape) : at::ones({}, hat.options());
  Tensor z = hat.detach() * w.detach();
  if (y.bias.defined()) z = z + y.bias.detach().to(type).view(shape);
  const Tensor g = dy.to(type) * at::where(z > 0, 1.0, y.slope).to(type);
  Tensor dx = g;
  if (mean_over) dx = g - mean_over(g) - hat * mean_over(g * hat);
  std::vector<Tensor> result(3);
  result[0] = (dx * w * y.inverse).to(y.x.scalar_type());
  if (y.weight.defined()) result[1] = (g * hat).sum(over).to(y.weight.scalar_type());
  if (y.bias.defined()) result[2] = g.sum(over).to(y.bias.scalar_type());
  return result;
}

}  // namespace ganymede::nn::kernels
