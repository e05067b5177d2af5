// A model's networks as graphs, with what a reader must know about them.
#pragma once

#include <map>
#include <string>

#include "ganymede/checkpoint/model_file.h"
#include "ganymede/nn/graph.h"

namespace ganymede::exchange {

struct GraphOptions {
  nn::LabelInput labels = nn::LabelInput::kIndex;
  bool bytes = false;  ///< images leave as 8-bit pixels, uint8 [N, height, width, channels]
};

/// `z` f32 [N, latent size] (of a model that translates: `image` f32 [N, C, H, W] in [-1, 1]), and `label` where it
/// knows classes, become `image`, f32 [N, C, H, W] in [-1, 1]. Its running average where it has one.
nn::Graph generator_graph(const checkpoint::Model& model, const GraphOptions& options);
/// The same of another network of these layers: the generator before training.
nn::Graph generator_graph(const checkpoint::Model& model, const GraphOptions& options,
                          const models::Network& generator);

/// `image` f32 [N, C, H, W] in [-1, 1], and `label` where it looks at classes, become `score` f32 [N] (the network's
/// own number, before any sigmoid) and, where it has a head for them, `class_logits` f32 [N, K].
nn::Graph discriminator_graph(const checkpoint::Model& model, const GraphOptions& options);

/// Recipe, version, step, latent distribution, class names and value range, as names and texts.
std::map<std::string, std::string> graph_metadata(const checkpoint::Model& model, const GraphOptions& options);

}  // namespace ganymede::exchange
