// How weights start: methods by name, which a network names for all its layers and a layer for itself.
#pragma once

#include "ganymede/config/registry.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::nn {

/// What a method is told of a weight.
struct InitialWeight {
  Tensor tensor;                         ///< to be set in place, without autograd
  std::int64_t fan_in = 1, fan_out = 1;  ///< of the layer's weight, also for its bias
  double std = 0.02;                     ///< the network's `init_std`
  const torch::Generator& generator;     ///< of this tensor alone
};

struct InitialiserMethod {
  void (*set)(const InitialWeight& weight);
  bool biases = false;  ///< sets biases too; they are 0 otherwise
};

using InitialiserRegistry = config::Registry<InitialiserMethod>;
InitialiserRegistry& initialisers();

/// `init` of a network or a layer.
using Initialiser = config::NameIn<initialisers>;

void register_normal(InitialiserRegistry& registry);
void register_orthogonal(InitialiserRegistry& registry);
void register_variance_scaling(InitialiserRegistry& registry);
void register_zero(InitialiserRegistry& registry);

}  // namespace ganymede::nn
