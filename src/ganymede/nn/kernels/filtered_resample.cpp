#include "ganymede/nn/kernels/filtered_resample.h"

#include <algorithm>
#include <vector>

#include "ganymede/core/parallel.h"
#include "ganymede/nn/kernels/filter_passes.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Resize {
  bool halves;
  std::int64_t offset;  ///< as FilteredPair has it
  double gain;

  Resize transposed() const { return {!halves, offset, gain}; }
};

template <class T>
void resize_as(const Tensor& x, const Resize& resize, const FilteredPair& pair, const Tensor& y) {
  constexpr std::int64_t worth_a_part = 1 << 15;  // numbers
  const std::int64_t rows = y.size(2), in = x.size(2) * x.size(3) * x.size(1), out = y.size(3) * y.size(1);
  const std::int64_t grain = std::max<std::int64_t>(worth_a_part / std::max<std::int64_t>(out, 1), 1);
  parallel_for(0, y.size(0) * rows, grain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Compute<T>> sums(static_cast<std::size_t>(resize.halves ? pair.large_row() : pair.small_row()));
    for (std::int64_t row = begin; row < end; ++row) {
      const T* image = data_of<const T>(x) + row / rows * in;
      T* to = data_of<T>(y) + row * out;
      if (resize.halves) {
        halve_row(image, pair, row % rows, sums.data(), to);
      } else {
        double_row(image, pair, row % rows, sums.data(), to);
      }
    }
  });
}

Tensor resized(const Tensor& images, const Resize& resize) {
  const Tensor x = images.contiguous(at::MemoryFormat::ChannelsLast);
  const auto size = [&](std::int64_t dim) { return resize.halves ? x.size(dim) / 2 : x.size(dim) * 2; };
  const Tensor y = at::empty({x.size(0), x.size(1), size(2), size(3)}, x.options(), at::MemoryFormat::ChannelsLast);
  const Tensor& small = resize.halves ? y : x;
  const FilteredPair pair{x.size(1), small.size(2), small.size(3), resize.offset, resize.gain};
  switch (x.scalar_type()) {
    case at::kBFloat16:
      resize_as<Bits16>(x, resize, pair, y);
      break;
    case at::kDouble:
      resize_as<double>(x, resize, pair, y);
      break;
    default:
      resize_as<float>(x, resize, pair, y);
  }
  return y;
}

struct Resized : torch::autograd::Function<Resized> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Resize& resize) {
    ctx->saved_data["halves"] = resize.halves;
    ctx->saved_data["offset"] = resize.offset;
    ctx->saved_data["gain"] = resize.gain;
    return resized(x, resize);
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients) {
    const Resize resize{ctx->saved_data["halves"].toBool(), ctx->saved_data["offset"].toInt(),
                        ctx->saved_data["gain"].toDouble()};
    return {Resized::apply(gradients[0], resize.transposed()), Tensor{}};
  }
};

// Elsewhere than on a CPU, by LibTorch's operations.

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

Tensor halve_filtered(const Tensor& x) {
  if (!runs_here(x)) return image_of(halved(halved(rows_of(x), 1), 2).contiguous());
  return Resized::apply(x, Resize{true, 0, 1.0 / 16});
}

Tensor double_filtered(const Tensor& x) {
  if (!runs_here(x)) return image_of(doubled(doubled(rows_of(x), 1), 2));
  return Resized::apply(x, Resize{false, 1, 1.0 / 4});
}

}  // namespace ganymede::nn::kernels
