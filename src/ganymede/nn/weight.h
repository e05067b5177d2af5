// What layers with weights share: a weight, perhaps a bias, perhaps spectral normalisation.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

/// The options that every layer with a weight has.
struct WeightOptions {
  bool spectral_norm = false;
  std::optional<Initialiser> init;  ///< overrides the network's
  double init_scale = 1;            ///< the initialiser's weights are multiplied by it
};

template <class V>
void visit_fields(V& field, WeightOptions& o) {
  field("spectral_norm", o.spectral_norm, "weights are divided by their largest singular value (Miyato et al. 2018)");
  field("init", o.init, "how weights start; by default the network's `init`");
  field("init_scale", o.init_scale, config::in_range(0, 1000), "multiplies what the initialiser gives");
}

class WeightLayer : public Layer {
 protected:
  struct WeightShape {
    std::vector<std::int64_t> dims;
    std::int64_t fan_in = 1, fan_out = 1;
    std::int64_t bias = 0;  ///< numbers in the bias; 0 is none
  };

  /// The first weight is called "weight" ("bias", "u", "v"); one with a name "NAME.weight". Returns its index.
  size_t add_weight(const WeightShape& shape, const WeightOptions& options, const std::string& name = {});
  /// The weight to use, in f32; moves the power iteration on in training.
  Tensor weight(const ForwardContext& context, size_t index = 0) const;
  /// That outside training, where it is one tensor for all passes.
  Tensor evaluated_weight(size_t index = 0) const;
  /// Undefined where there is none.
  Tensor bias(size_t index = 0) const;

 private:
  struct Place {
    size_t weight = 0;
    std::optional<size_t> bias, u;  // v follows u
  };
  std::vector<Place> weights_;
};

}  // namespace ganymede::nn
