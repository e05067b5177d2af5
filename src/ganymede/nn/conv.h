// Convolution, alone or in one with a layer beside it that changes the image's size by a whole factor.
#pragma once

#include <optional>

#include "ganymede/nn/conv_options.h"
#include "ganymede/nn/kernels/conv.h"
#include "ganymede/nn/weight.h"

namespace ganymede::nn {

struct ConvOptions {
  int filters = 0, kernel = 3, stride = 1;
  PaddingOption padding;
  int groups = 1;
  bool bias = true;
  WeightOptions weight;
};

class Conv : public WeightLayer {
 public:
  Conv(const ConvOptions& options, const Shape& input);
  Tensor forward(const Tensor& x, ForwardContext& context) override;
  Value to_graph(Graph& graph, Value x, const Shape& input) const override;
  /// The mean over squares that follows it: both are one convolution that moves by the squares' side, with a kernel
  /// wider by that less 1. Of 3x3 and squares of 2, 16 products a result are left of 36.
  bool absorb(Layer& next) override;
  double share_of_products() const override;

  /// From now on x comes as it was before each of its pixels became factor x factor equal ones: both are one transposed
  /// convolution. False, and nothing is changed, where they are not.
  bool enlarge_first(std::int64_t factor);

 private:
  enum class Resizing { kNone, kShrinks, kEnlarges };
  bool resize(Resizing how, std::int64_t factor);
  Tensor merged(const Tensor& weight) const;

  kernels::ConvGeometry geometry_;
  std::int64_t kernel_;
  Resizing resizing_ = Resizing::kNone;
  std::int64_t factor_ = 1;
  Tensor merge_;  ///< f64 [kernel^2, merged kernel^2]: what each number of the weight adds to those of the merged one
};

}  // namespace ganymede::nn
