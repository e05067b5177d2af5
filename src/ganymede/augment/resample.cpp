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

Tensor spread_value(const Tensor& values, const Tensor& grid) {
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

Tensor shift(const Tensor& images, const Tensor& down, const Tensor& right) {
  return Shift::apply(images, down, right);
}

Tensor sample(const Tensor& images, const Tensor& grid) {
  // LibTorch 1.13 samples in f32 and f64 only.
  const auto type = images.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return Sample<false>::apply(images.to(type), grid.to(images.device(), type)).to(images.scalar_type());
}

}  // namespace ganymede::augment
