#include "ganymede/augment/resample.h"

namespace ganymede::augment {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Offsets = std::vector<std::int64_t>;

Offsets negated(Offsets offsets) {
  for (auto& offset : offsets) offset = -offset;
  return offsets;
}

/// The transpose of a shift is the shift back.
struct Shift : torch::autograd::Function<Shift> {
  static Tensor forward(AutogradContext* context, const Tensor& images, const Offsets& down, const Offsets& right) {
    context->saved_data["down"] = down;
    context->saved_data["right"] = right;
    const std::int64_t height = images.size(2), width = images.size(3);
    Tensor out = at::zeros_like(images);
    for (std::int64_t n = 0; n < images.size(0); ++n) {
      const std::int64_t dy = down[static_cast<size_t>(n)], dx = right[static_cast<size_t>(n)];
      const std::int64_t rows = height - std::abs(dy), columns = width - std::abs(dx);
      if (rows <= 0 || columns <= 0) continue;
      out[n]
          .narrow(1, std::max<std::int64_t>(dy, 0), rows)
          .narrow(2, std::max<std::int64_t>(dx, 0), columns)
          .copy_(images[n]
                     .narrow(1, std::max<std::int64_t>(-dy, 0), rows)
                     .narrow(2, std::max<std::int64_t>(-dx, 0), columns));
    }
    return out;
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    return {shift(gradients[0], negated(context->saved_data["down"].toIntVector()),
                  negated(context->saved_data["right"].toIntVector())),
            Tensor(), Tensor()};
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

Tensor shift(const Tensor& images, const std::vector<std::int64_t>& down, const std::vector<std::int64_t>& right) {
  return Shift::apply(images, down, right);
}

Tensor sample(const Tensor& images, const Tensor& grid) {
  // LibTorch 1.13 samples in f32 and f64 only.
  const auto type = images.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return Sample<false>::apply(images.to(type), grid.to(images.device(), type)).to(images.scalar_type());
}

}  // namespace ganymede::augment
