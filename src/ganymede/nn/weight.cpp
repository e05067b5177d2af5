#include "ganymede/nn/weight.h"

#include <cmath>

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

void WeightLayer::add_weight(std::vector<std::int64_t> shape, std::int64_t fan_in, std::int64_t fan_out,
                             std::int64_t bias_size, bool spectral_norm, std::optional<config::Initialiser> init) {
  const std::int64_t rows = shape[0], elements = Shape(shape).elements();
  if (elements > kMostElements) throw ShapeError(fmt::format("its weight of {} numbers is too large", elements));
  const std::int64_t columns = elements / rows;
  add_parameter("weight", std::move(shape), Role::kWeight, fan_in, fan_out, init);
  has_bias_ = bias_size > 0;
  if (has_bias_) add_parameter("bias", {bias_size}, Role::kBias, fan_in, fan_out, init);
  spectral_norm_ = spectral_norm;
  if (spectral_norm_) {
    add_buffer("u", start_vector(rows, 1), false);
    add_buffer("v", start_vector(columns, 2), false);
  }
}

Tensor WeightLayer::weight(const Pass& pass) const {
  if (!spectral_norm_) return parameter(0);
  return spectral_normalised(parameter(0), buffer(0), buffer(1), pass.training);
}

Tensor WeightLayer::bias() const { return has_bias_ ? parameter(1) : Tensor(); }

}  // namespace ganymede::nn
