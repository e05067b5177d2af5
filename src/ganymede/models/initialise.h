// How weights start.
#pragma once

#include "ganymede/models/network.h"

namespace ganymede::models {

/// Sets every parameter from the named initialiser (a layer's own `init` first, else the network's):
///   normal          weights N(0, init_std), as in Radford et al. 2016
///   glorot_*        Glorot and Bengio 2010: variance 2 / (fan_in + fan_out)
///   he_*            He et al. 2015: variance 2 / fan_in
///   orthogonal      Saxe et al. 2014, gain 1, over the weight as a matrix [first dimension, rest]
///   torch           PyTorch's default: weights and biases uniform within 1 / sqrt(fan_in)
///   zero            0: for the last convolution of a residual branch
/// A layer's `init_scale` multiplies its weights. Biases start at 0 but for `torch`; normalisation scales at 1 and
/// shifts at 0; embeddings as N(0, 1) unless their own layer names an initialiser. Each tensor has a random stream of
/// its own, derived from (seed, network, tensor name), so adding a layer leaves the others' start as it was.
void initialise(Network& network, const config::NetworkConfig& config, std::uint64_t seed,
                const std::string& network_name);

}  // namespace ganymede::models
