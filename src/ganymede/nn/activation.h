// Activations: relu, leaky_relu, tanh, sigmoid.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

enum class ActivationKind { kRectifier, kTanh, kSigmoid };

class Activation : public Layer {
 public:
  /// `slope` is the rectifier's below zero: 0 is ReLU.
  Activation(ActivationKind kind, double slope) : kind_(kind), slope_(slope) {}
  Tensor forward(const Tensor& x, ForwardContext& context) override;
  Value to_graph(Graph& graph, Value x, const Shape& input) const override;
  /// A rectifier takes over the dropout that follows it.
  bool absorb(Layer& next) override;

  /// The slope below zero where this is a rectifier that a norm before it can apply.
  std::optional<double> rectifier_slope() const;

 private:
  ActivationKind kind_;
  double slope_;
  double dropout_ = 0;
};

/// A norm whose kernel applies a rectifier of `slope` takes over the one that is `next`, if it has none yet: then true.
bool absorb_rectifier(const Layer& next, double& slope);

}  // namespace ganymede::nn
