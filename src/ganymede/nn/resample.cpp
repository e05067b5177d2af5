#include "ganymede/nn/resample.h"

#include "ganymede/nn/kernels/filtered_resample.h"

namespace ganymede::nn {
namespace {

/// Moved by one along `dim` (2 or 3) of an image; what enters is zero.
Value shifted(Graph& graph, Value x, std::int64_t dim, std::int64_t size) {
  std::vector<std::int64_t> pads(8, 0);
  pads[static_cast<size_t>(dim)] = 1;
  return graph.slice(graph.node("Pad", {x, graph.integers(pads)}, {{"mode", std::string("constant")}}), dim, 0, size);
}

Value doubled(Graph& graph, Value x, std::int64_t dim, const std::vector<std::int64_t>& dims) {
  const auto at = static_cast<size_t>(dim - 1);  // of `dims`, which lack the batch
  auto pairs = dims, wide = dims;
  pairs.insert(pairs.begin() + dim, 1);
  wide[at] *= 2;
  const Value between = graph.multiply(graph.add(shifted(graph, x, dim, dims[at]), x), graph.scalar(0.5));
  const Value stacked =
      graph.node("Concat", {graph.reshape(between, pairs), graph.reshape(x, pairs)}, {{"axis", std::int64_t{dim + 1}}});
  return graph.reshape(stacked, wide);
}

Value halved(Graph& graph, Value x, std::int64_t dim, const std::vector<std::int64_t>& dims) {
  const auto at = static_cast<size_t>(dim - 1);
  auto pairs = dims, narrow = dims;
  narrow[at] /= 2;
  pairs[at] /= 2;
  pairs.insert(pairs.begin() + dim, 2);
  const Value view = graph.reshape(x, pairs);
  const auto half = [&](std::int64_t which) {
    return graph.reshape(graph.slice(view, dim + 1, which, which + 1), narrow);
  };
  const Value even = half(0), odd = half(1);
  const Value around = graph.add(shifted(graph, odd, dim, narrow[at]), odd);
  return graph.add(graph.multiply(even, graph.scalar(0.5)), graph.multiply(around, graph.scalar(0.25)));
}

}  // namespace

Value upsample_filtered(Graph& graph, Value x, const Shape& input) {
  auto dims = input.dims();
  x = doubled(graph, x, 2, dims);
  dims[1] *= 2;
  return doubled(graph, x, 3, dims);
}

Value downsample_filtered(Graph& graph, Value x, const Shape& input) {
  auto dims = input.dims();
  x = halved(graph, x, 2, dims);
  dims[1] /= 2;
  return halved(graph, x, 3, dims);
}

Tensor upsample_nearest(const Tensor& x, std::int64_t factor) {
  const auto n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  const Tensor rows = x.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});  // as they lie in memory
  const Tensor spread = rows.reshape({n, h, 1, w, 1, c}).expand({n, h, factor, w, factor, c});
  return spread.reshape({n, h * factor, w * factor, c}).permute({0, 3, 1, 2});
}

Tensor upsample_filtered(const Tensor& x) {
  return kernels::double_filtered(x);
}

Tensor downsample_filtered(const Tensor& x) {
  return kernels::halve_filtered(x);
}

}  // namespace ganymede::nn
