#include "ganymede/nn/graph_conv.h"

namespace ganymede::nn {
namespace {

std::vector<Value> operands(Graph& graph, Value x, const GraphConv& conv) {
  std::vector<Value> values{x, graph.constant(conv.weight)};
  if (conv.bias.defined()) values.push_back(graph.constant(conv.bias));
  return values;
}

std::vector<Graph::Attribute> attributes(const GraphConv& conv, std::vector<std::int64_t> pads) {
  return {{"kernel_shape", std::vector{conv.weight.size(2), conv.weight.size(3)}},
          {"strides", std::vector{conv.geometry.stride, conv.geometry.stride}},
          {"pads", std::move(pads)},
          {"group", conv.geometry.groups}};
}

/// How far a transposed convolution without padding reaches beyond what is kept.
std::int64_t reach(std::int64_t input, std::int64_t stride, std::int64_t kernel) {
  return (input - 1) * stride + kernel;
}

}  // namespace

Value graph_conv(Graph& graph, Value x, const GraphConv& conv) {
  const auto& p = conv.geometry.padding;
  return graph.node("Conv", operands(graph, x, conv), attributes(conv, {p.top, p.left, p.bottom, p.right}));
}

Value graph_conv_transpose(Graph& graph, Value x, const Shape& input, const GraphConv& conv,
                           std::array<std::int64_t, 2> size) {
  const auto& p = conv.geometry.padding;
  const std::int64_t stride = conv.geometry.stride;
  const std::int64_t down = size[0] - (reach(input.height(), stride, conv.weight.size(2)) - 2 * p.top);
  const std::int64_t right = size[1] - (reach(input.width(), stride, conv.weight.size(3)) - 2 * p.left);
  if (down >= 0 && right >= 0 && down < stride && right < stride) {
    auto options = attributes(conv, {p.top, p.left, p.top, p.left});
    options.push_back({"output_padding", std::vector{down, right}});
    return graph.node("ConvTranspose", operands(graph, x, conv), std::move(options));
  }
  // More is cut off below than above: not every runtime takes that as an attribute.
  auto options = attributes(conv, {0, 0, 0, 0});
  options.push_back({"output_padding", std::vector<std::int64_t>{0, 0}});
  const Value whole = graph.node("ConvTranspose", operands(graph, x, conv), std::move(options));
  return graph.slice(graph.slice(whole, 2, p.top, p.top + size[0]), 3, p.left, p.left + size[1]);
}

}  // namespace ganymede::nn
