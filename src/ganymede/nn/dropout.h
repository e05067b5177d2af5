// Dropout (Srivastava et al. 2014), scaled by 1 / (1 - p) in training.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

class Dropout : public Layer {
 public:
  explicit Dropout(double probability) : probability_(probability) {}
  Tensor forward(const Tensor& x, ForwardContext& context) override;
  Value to_graph(Graph&, Value x, const Shape&) const override { return x; }
  double probability() const { return probability_; }

 private:
  double probability_;
};

}  // namespace ganymede::nn
