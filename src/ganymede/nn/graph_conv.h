// Convolutions as ONNX writes them.
#pragma once

#include <array>

#include "ganymede/nn/kernels/conv_transpose.h"
#include "ganymede/nn/layer.h"

namespace ganymede::nn {

struct GraphConv {
  Tensor weight, bias;  ///< the bias may be undefined
  kernels::ConvGeometry geometry = {};
};

Value graph_conv(Graph& graph, Value x, const GraphConv& conv);
/// `size` is the output's height and width, as in kernels::conv_transpose2d().
Value graph_conv_transpose(Graph& graph, Value x, const Shape& input, const GraphConv& conv,
                           std::array<std::int64_t, 2> size);

}  // namespace ganymede::nn
