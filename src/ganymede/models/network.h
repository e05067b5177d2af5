// A network made from a recipe's layer list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ganymede/nn/layer.h"

namespace ganymede::models {

/// A tensor of a network with the name it has in files: "conv_1.weight".
struct NetworkTensor {
  std::string name;
  Tensor tensor;
};

/// Layers in order, named by kind and number ("conv_1", "conv_2"). Movable, not copyable; see clone().
class Network {
 public:
  struct Entry {
    std::string name;
    std::unique_ptr<nn::LayerSpec> spec;
    std::unique_ptr<nn::Layer> layer;
    nn::Shape output;
    bool absorbed = false;  ///< the layer before does this one's work
  };

  /// Reads and checks every layer; the tensors are zeros until initialise() or loading. Throws UsageError naming the
  /// layer, the shape it got and its line.
  Network(const config::NetworkConfig& config, const nn::Shape& input);

  /// x is [N, input...] (images channels-last) in any float type, which is also the type of the arithmetic.
  Tensor forward(const Tensor& x, nn::Pass& pass) const;

  const nn::Shape& input_shape() const { return input_; }
  const nn::Shape& output_shape() const { return entries_.back().output; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// What the optimiser changes, in order.
  std::vector<NetworkTensor> parameters() const;
  /// Everything a file holds: parameters and buffers, in order.
  std::vector<NetworkTensor> state() const;

  void to(const torch::Device& device);
  /// Whether gradients flow into the parameters. Off while the other network learns: it halves that backward pass.
  void require_gradients(bool required);
  /// Copies every tensor's values from `other`, which has the same layers.
  void copy_from(const Network& other);

 private:
  nn::Shape input_;
  std::vector<Entry> entries_;
};

/// The recipe's networks with every layer's options written out, for the resolved recipe.
config::NetworkConfig resolved(const config::NetworkConfig& config, const Network& network);

}  // namespace ganymede::models
