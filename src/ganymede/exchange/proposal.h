// A recipe for tensors whose recipe nobody has: as much of it as their names and shapes say.
#pragma once

#include <string>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/nn/shape.h"

namespace ganymede::exchange {

struct ProposedNetwork {
  std::vector<std::string> lines = {};  ///< of a recipe's list of layers: a layer each, or a comment
  nn::Shape input = {}, output = {};    ///< without dimensions where they cannot be known
  int open = 0;                         ///< how many layers are guesses: what they are is not in the file
  bool flat_images = false;             ///< the file has images as flat numbers: their shape is not in it
};

/// From a network's tensors by PyTorch's names (foreign_tensors.h). Strides and paddings, which no tensor has, are
/// those of the usual DCGANs; activations are guesses. `image` is what a discriminator looks at, where that is known.
ProposedNetwork propose_network(const std::vector<checkpoint::NamedTensor>& tensors, bool generator,
                                const nn::Shape& image = {});

/// As a recipe's text, the networks as they are.
std::string recipe_text(const ProposedNetwork& generator, const ProposedNetwork& discriminator,
                        const std::string& name);

/// As a recipe's text to be read by people. A discriminator without lines gets a small one that no file gave; the text
/// says so, and what else is open, and why it does not fit where it does not. `name` is that of the file.
std::string proposed_recipe(const ProposedNetwork& generator, const ProposedNetwork& discriminator,
                            const std::string& name);

}  // namespace ganymede::exchange
