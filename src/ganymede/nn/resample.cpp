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

}  // namespace

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
