#include "ganymede/nn/weight.h"

#include <cmath>

#include "ganymede/core/counted.h"
#include "ganymede/nn/kernels/fixed_weights.h"
#include "ganymede/nn/spectral_norm.h"

namespace ganymede::nn {
namespace {

/// A unit vector, the same for every model; power iteration turns it into the singular vector.
Tensor start_vector(std::int64_t size, std::uint64_t salt) {
  Random random(mix64(salt));
  Tensor vector = torch::empty({size});
  auto* values = vector.data_ptr<float>();
  for (std::int64_t i = 0; i < size; ++i) values[i] = static_cast<float>(random.uniform(-1, 1));
  return vector / vector.norm();
}

}  // namespace

size_t WeightLayer::add_weight(const WeightShape& shape, const WeightOptions& options, const std::string& name) {
  const std::int64_t rows = shape.dims[0], elements = Shape(shape.dims).elements();
  if (elements > kMaxElements)
    throw ShapeError(fmt::format("its weight of {} is too large", counted(elements, "number")));
  if (options.spectral_norm && (options.init == Initialiser("zero") || options.init_scale == 0)) {
    throw ShapeError("spectral_norm cannot divide a weight that starts at zero");
  }
  const std::string prefix = name.empty() ? name : name + ".";
  Place place;
  place.weight = add_parameter(prefix + "weight", shape.dims, Role::kWeight, shape.fan_in, shape.fan_out, options.init,
                               options.init_scale);
  if (shape.bias > 0) {
    place.bias = add_parameter(prefix + "bias", {shape.bias}, Role::kBias, shape.fan_in, shape.fan_out, options.init);
  }
  if (options.spectral_norm) {
    const std::int64_t columns = elements / rows;
    place.u = add_buffer(prefix + "u", {rows}, [=] { return start_vector(rows, 1); }, false);
    add_buffer(prefix + "v", {columns}, [=] { return start_vector(columns, 2); }, false);
  }
  weights_.push_back(place);
  return weights_.size() - 1;
}

Tensor WeightLayer::weight(const ForwardContext& context, size_t index) const {
  const Place& place = weights_[index];
  if (!place.u) return parameter(place.weight);
  const Tensor& weight = parameter(place.weight);
  const auto normalise = [&] {
    return spectral_normalised(weight, buffer(*place.u), buffer(*place.u + 1), context.training);
  };
  return kernels::kept(context.fixed, weight, weight.scalar_type(), normalise);
}

Tensor WeightLayer::evaluated_weight(size_t index) const {
  torch::NoGradGuard constant;
  return weight(ForwardContext{}, index);
}

Tensor WeightLayer::bias(size_t index) const {
  const Place& place = weights_[index];
  return place.bias ? parameter(*place.bias) : Tensor();
}

}  // namespace ganymede::nn
