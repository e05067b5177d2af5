// Keras's layers as a recipe's, and their tensors in a network of ours.
#pragma once

#include <string>

#include "ganymede/exchange/foreign_tensors.h"
#include "ganymede/exchange/keras_file.h"
#include "ganymede/exchange/proposal.h"

namespace ganymede::exchange {

/// The recipe's layers of a described model: nothing is guessed. A sigmoid at a discriminator's end is left out, since
/// objectives take the number before it. Throws Error for a layer or an option that no recipe has, naming it.
ProposedNetwork propose_network(const KerasModel& model, bool generator);

/// Copies a model's tensors into the network: layouts are turned (HWIO to OIHW), and features that are flattened
/// images, which Keras has as height, width, channels, put in our order. Layers are taken in order; those of a
/// .weights.h5, which has none, in the order of their numbers, kind by kind. A kernel in a SpectralNormalization is
/// what Keras computes with outside training, so sigma is 1 for it; the next training step divides by its own, as
/// Keras's. Throws Error with every difference.
Assignment assign(const KerasModel& model, const models::Network& network);

/// The model, each residual block's two paths the way round that the recipe has them, which a sum does not say.
/// Throws Error with every difference between the layers that a described model tells of and the recipe's that would
/// change what they compute (dropout and momenta would not).
KerasModel expect_same_layers(KerasModel model, const config::NetworkConfig& network, const nn::Shape& input,
                              bool generator);

}  // namespace ganymede::exchange
