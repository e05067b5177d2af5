#include "ganymede/augment/resample.h"

namespace ganymede::augment {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// For each of `side` places in a row or column the place it is filled from, [N, side]; it may lie outside.
Tensor origins(const Tensor& offsets, std::int64_t side) {
  return at::arange(side, offsets.options()) - offsets.unsqueeze(1);
}

Tensor shift_value(const Tensor& images, const Tensor& down, const Tensor& right) {
  const std::int64_t count = images.size(0), channels = images.size(1), height = images.size(2), width = images.size(3);
  const Tensor row = origins(down, height).unsqueeze(2), column = origins(right, width).unsqueeze(1);
  const Tensor outside = (row < 0).logical_or(row >= height).logical_or(column < 0).logical_or(column >= width);
  const Tensor first = at::arange(count, down.options()).view({count, 1, 1}) * (height * width);
  const Tensor from = first + row.clamp(0, height - 1) * width + column.clamp(0, width - 1);
  // A pixel's channels lie together, and move together.
  const Tensor pixels = images.permute({0, 2, 3, 1}).reshape({count * height * width, channels});
  return pixels.index_select(0, from.flatten())
      .view({count, height, width, channels})
      .masked_fill_(outside.unsqueeze(3), 0)
      .permute({0, 3, 1, 2});
}

/// The transpose of a shift is the shift back.
struct Shift : torch::autograd::Function<Shift> {
  static Tensor forward(AutogradContext* context, const Tensor& images, const Tensor& down, const Tensor& right) {
    context->save_for_backward({down, right});
    return shift_value(images, down, right);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto offsets = context->get_saved_variables();
    return {shift(gradients[0], offsets[0].neg(), offsets[1].neg()), Tensor(), Tensor()};
  }
};

constexpr std::int64_t kBilinear = 0, kReflection = 2;

Tensor sample_value(const Tensor& images, const Tensor& grid) {
  return at::grid_sampler_2d(images.contiguous(), grid, kBilinear, kReflection, /*align_corners=*/false)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// Of one coordinate of a grid, from -1 to 1, the two pixels it lies between and its share of the second; as
/// grid_sampler_2d has them with reflection and without aligned corners.
struct Between {
  Tensor first, second, share;
};

Between between(const Tensor& coordinate, std::int64_t side) {
  const auto length = static_cast<double>(side);
  const Tensor from_edge = ((coordinate + 1) * (length / 2)).abs();  // half a pixel before the first one's middle
  const Tensor rest = from_edge.fmod(length), odd = (from_edge / length).floor().fmod(2) == 1;
  const Tensor place = (at::where(odd, length - rest, rest) - 0.5).clamp(0, length - 1);
  const Tensor first = place.floor();
  return {first.to(at::kLong), (first + 1).clamp_max(length - 1).to(at::kLong), place - first};
}

Tensor spread_value(const Tensor& values, const Tensor& grid) {
  if (!values.is_cpu()) return spread_in_order(values, grid);
  const Tensor like = values.contiguous();
  return std::get<0>(at::grid_sampler_2d_backward(like, like, grid, kBilinear, kReflection, /*align_corners=*/false,
                                                  {true, false}))
      .contiguous(at::MemoryFormat::ChannelsLast);
}

/// Sampling, or its transpose, which spreads each value over the pixels it would be sampled from.
template <bool transposed>
struct Sample : torch::autograd::Function<Sample<transposed>> {
  static Tensor forward(AutogradContext* context, const Tensor& images, const Tensor& grid) {
    context->save_for_backward({grid});
    return transposed ? spread_value(images, grid) : sample_value(images, grid);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {Sample<!transposed>::apply(gradients[0], context->get_saved_variables()[0]), Tensor()};
  }
};

}  // namespace

Tensor spread_in_order(const Tensor& values, const Tensor& grid) {
  const std::int64_t count = values.size(0), channels = values.size(1), height = values.size(2), width = values.size(3);
  const Between x = between(grid.select(3, 0), width), y = between(grid.select(3, 1), height);
  const Tensor image = at::arange(count, x.first.options()).view({count, 1, 1}) * (height * width);
  const Tensor pixels = values.permute({0, 2, 3, 1}).reshape({-1, channels});
  std::vector<Tensor> places, parts;
  for (const bool lower : {false, true}) {
    for (const bool right : {false, true}) {
      const Tensor row = lower ? y.second : y.first, column = right ? x.second : x.first;
      const Tensor share = (lower ? y.share : 1 - y.share) * (right ? x.share : 1 - x.share);
      places.push_back((image + row * width + column).flatten());
      parts.push_back(pixels * share.reshape({-1, 1}));
    }
  }
  return at::zeros_like(pixels)
      .index_put_({at::cat(places)}, at::cat(parts), /*accumulate=*/true)
      .view({count, height, width, channels})
      .permute({0, 3, 1, 2});
}

Tensor shift(const Tensor& images, const Tensor& down, const Tensor& right) {
  return Shift::apply(images, down, right);
}

Tensor sample(const Tensor& images, const Tensor& grid) {
  // LibTorch 1.13 samples in f32 and f64 only.
  const auto type = images.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return Sample<false>::apply(images.to(type), grid.to(images.device(), type)).to(images.scalar_type());
}

}  // namespace ganymede::augment
