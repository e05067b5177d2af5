#include "ganymede/nn/resample.h"

namespace ganymede::nn {
namespace {

/// [N, H, W, C], as it lies in memory.
Tensor rows_of(const Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
}
Tensor image_of(const Tensor& rows) {
  return rows.permute({0, 3, 1, 2});
}

/// Moved by one along `dim` of a tensor with four dimensions; what enters is zero.
Tensor shifted(const Tensor& x, std::int64_t dim) {
  std::vector<std::int64_t> padding(8, 0);
  padding[static_cast<size_t>(2 * (3 - dim))] = 1;
  return at::constant_pad_nd(x, padding, 0).narrow(dim, 0, x.size(dim));
}

Tensor doubled(const Tensor& x, std::int64_t dim) {
  return at::stack({(shifted(x, dim) + x) * 0.5, x}, dim + 1).flatten(dim, dim + 1);
}

Tensor halved(const Tensor& x, std::int64_t dim) {
  auto pairs = x.sizes().vec();
  pairs[static_cast<size_t>(dim)] /= 2;
  pairs.insert(pairs.begin() + dim + 1, 2);
  const Tensor view = x.reshape(pairs), even = view.select(dim + 1, 0), odd = view.select(dim + 1, 1);
  return even * 0.5 + (shifted(odd, dim) + odd) * 0.25;
}

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
  const Tensor spread = rows_of(x).reshape({n, h, 1, w, 1, c}).expand({n, h, factor, w, factor, c});
  return image_of(spread.reshape({n, h * factor, w * factor, c}));
}

Tensor upsample_filtered(const Tensor& x) {
  return image_of(doubled(doubled(rows_of(x), 1), 2));
}

Tensor downsample_filtered(const Tensor& x) {
  return image_of(halved(halved(rows_of(x), 1), 2).contiguous());
}

}  // namespace ganymede::nn
