// The layer table of a network, as a Keras user knows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ganymede/models/network.h"

namespace ganymede::models {

struct LayerSummary {
  std::string name, kind;
  std::vector<std::int64_t> output;  ///< Keras's order: height, width, channels; without the batch
  std::int64_t params = 0;           ///< as Keras counts: a batch norm of n channels has 4n
};

struct Summary {
  std::vector<LayerSummary> layers;
  std::int64_t total = 0, trainable = 0, non_trainable = 0;
  std::int64_t multiply_adds = 0;  ///< for one image, forward, of the layers as they are written
};

/// Of a network with tensors or without (Network::outline).
Summary summarise(const Network& network);
/// Multiplications followed by additions that a forward pass makes of one image: fewer than its layers' as they are
/// written where some are done in one (nn::Layer::share_of_products()).
double products_made(const Network& network);
/// A table with one row a layer and the totals below it.
std::string to_text(const Summary& summary, const std::string& title);
/// {"layers": [{"name", "kind", "output", "params"}], "total", "trainable", "non_trainable", "multiply_adds"}.
nlohmann::json to_json(const Summary& summary);

}  // namespace ganymede::models
