// Shrinking an image by a whole factor: the mean of each square of pixels.
#pragma once

#include "ganymede/nn/layer.h"

namespace ganymede::nn {

enum class AvgPoolMode { kBox, kFiltered };

class AvgPool : public Layer {
 public:
  AvgPool(int factor, AvgPoolMode mode) : factor_(factor), mode_(mode) {}
  Tensor forward(const Tensor& x, ForwardContext& context) override;
  Value to_graph(Graph& graph, Value x, const Shape& input) const override;

  /// The side of the squares whose plain mean it is; nothing where it filters.
  std::optional<int> square() const { return mode_ == AvgPoolMode::kBox ? std::optional(factor_) : std::nullopt; }

 private:
  int factor_;
  AvgPoolMode mode_;
};

}  // namespace ganymede::nn
