// What dense, conv and transposed conv share: a weight, perhaps a bias, perhaps spectral normalisation.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

class WeightLayer : public Layer {
 protected:
  /// `bias_size` 0 means no bias.
  void add_weight(std::vector<std::int64_t> shape, std::int64_t fan_in, std::int64_t fan_out, std::int64_t bias_size,
                  bool spectral_norm, std::optional<config::Initialiser> init);
  /// The weight to use, in f32; moves the power iteration on in training.
  Tensor weight(const Pass& pass) const;
  /// Undefined where there is none.
  Tensor bias() const;

 private:
  bool has_bias_ = false, spectral_norm_ = false;
};

}  // namespace ganymede::nn
