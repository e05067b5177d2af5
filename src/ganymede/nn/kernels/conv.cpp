#include "ganymede/nn/kernels/conv.h"

#include <fmt/format.h>

#include <algorithm>

#include "ganymede/core/error.h"
#include "ganymede/nn/kernels/conv_transpose.h"
#include "ganymede/nn/kernels/conv_values.h"
#include "ganymede/nn/kernels/tensor_access.h"

namespace ganymede::nn::kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void save_geometry(AutogradContext* ctx, const ConvGeometry& g, Size2 size) {
  ctx->saved_data["geometry"] = std::vector<std::int64_t>{
      g.stride, g.padding.top, g.padding.bottom, g.padding.left, g.padding.right, g.groups, size[0], size[1]};
}

std::pair<ConvGeometry, Size2> restore_geometry(AutogradContext* ctx) {
  const std::vector<std::int64_t> v = ctx->saved_data["geometry"].toIntVector();
  return {{v[0], {v[1], v[2], v[3], v[4]}, v[5]}, {v[6], v[7]}};
}

Tensor value_of(const OptionalTensor& bias) {
  return bias.has_value() ? *bias : Tensor{};
}

Tensor bias_gradient(const Tensor& gradient, const Tensor& bias) {
  const Tensor rows = gradient.contiguous(at::MemoryFormat::ChannelsLast).permute({0, 2, 3, 1});
  const at::ScalarType sum_type = bias.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return rows.reshape({-1, rows.size(3)}).sum(0, false, sum_type).to(bias.scalar_type());
}

// Convolution, its input gradient and its weight gradient: each one's derivatives are the other two, so that these
// three can be differentiated as often as anyone likes. Edges are in the order of the tensor arguments.
struct Conv : torch::autograd::Function<Conv> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                        const ConvGeometry& g);
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients);
};

struct ConvTranspose : torch::autograd::Function<ConvTranspose> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                        const ConvGeometry& g, Size2 size);
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients);
};

struct WeightGradient : torch::autograd::Function<WeightGradient> {
  static Tensor forward(AutogradContext* ctx, const Tensor& image, const Tensor& out, const ConvGeometry& g,
                        Size2 kernel, at::ScalarType type);
  static variable_list backward(AutogradContext* ctx, const variable_list& gradients);
};

Tensor Conv::forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                     const ConvGeometry& g) {
  ctx->save_for_backward({x, weight, value_of(bias)});
  save_geometry(ctx, g, plane(x));
  return conv_value(x, weight, value_of(bias), g);
}

variable_list Conv::backward(AutogradContext* ctx, const variable_list& gradients) {
  const variable_list saved = ctx->get_saved_variables();
  const auto [g, size] = restore_geometry(ctx);
  const Tensor &dy = gradients[0], &x = saved[0], &weight = saved[1], &bias = saved[2];
  variable_list result(4);
  if (ctx->needs_input_grad(0)) result[0] = ConvTranspose::apply(dy, weight, OptionalTensor{}, g, size);
  if (ctx->needs_input_grad(1)) result[1] = WeightGradient::apply(x, dy, g, plane(weight), weight.scalar_type());
  if (bias.defined() && ctx->needs_input_grad(2)) result[2] = bias_gradient(dy, bias);
  return result;
}

Tensor ConvTranspose::forward(AutogradContext* ctx, const Tensor& x, const Tensor& weight, const OptionalTensor& bias,
                              const ConvGeometry& g, Size2 size) {
  ctx->save_for_backward({x, weight, value_of(bias)});
  save_geometry(ctx, g, size);
  return conv_transpose_value(x, weight, value_of(bias), g, size);
}

variable_list ConvTranspose::backward(AutogradContext* ctx, const variable_list& gradients) {
  const variable_list saved = ctx->get_saved_variables();
  const ConvGeometry g = restore_geometry(ctx).first;
  const Tensor &dy = gradients[0], &x = saved[0], &weight = saved[1], &bias = saved[2];
  variable_list result(5);
  if (ctx->needs_input_grad(0)) result[0] = Conv::apply(dy, weight, OptionalTensor{}, g);
  if (ctx->needs_input_grad(1)) result[1] = WeightGradient::apply(dy, x, g, plane(weight), weight.scalar_type());
  if (bias.defined() && ctx->needs_input_grad(2)) result[2] = bias_gradient(dy, bias);
  return result;
}

Tensor WeightGradient::forward(AutogradContext* ctx, const Tensor& image, const Tensor& out, const ConvGeometry& g,
                               Size2 kernel, at::ScalarType type) {
  ctx->save_for_backward({image, out});
  save_geometry(ctx, g, plane(image));
  return conv_weight_gradient_value(image, out, kernel, g, type);
}

variable_list WeightGradient::backward(AutogradContext* ctx, const variable_list& gradients) {
  const variable_list saved = ctx->get_saved_variables();
  const auto [g, size] = restore_geometry(ctx);
  variable_list result(5);
  if (ctx->needs_input_grad(0)) result[0] = ConvTranspose::apply(saved[1], gradients[0], OptionalTensor{}, g, size);
  if (ctx->needs_input_grad(1)) result[1] = Conv::apply(saved[0], gradients[0], OptionalTensor{}, g);
  return result;
}

void check(bool good, const char* what, const Tensor& x, const Tensor& weight) {
  if (good) return;
  throw Error(fmt::format("{}: an input of {} does not fit a weight of {}", what, fmt::join(x.sizes(), " x "),
                          fmt::join(weight.sizes(), " x ")));
}

bool fits(const ConvGeometry& geometry) {
  return geometry.stride > 0 && geometry.groups > 0;
}

bool fits(const Tensor& bias, std::int64_t channels) {
  return !bias.defined() || (bias.dim() == 1 && bias.size(0) == channels);
}

}  // namespace

Padding Padding::same(std::int64_t height, std::int64_t width, std::int64_t kernel, std::int64_t stride) {
  const auto total = [&](std::int64_t size) {
    const std::int64_t positions = (size + stride - 1) / stride;
    return std::max<std::int64_t>((positions - 1) * stride + kernel - size, 0);
  };
  const std::int64_t rows = total(height), columns = total(width);
  return {rows / 2, rows - rows / 2, columns / 2, columns - columns / 2};
}

std::int64_t conv_output_size(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t begin,
                              std::int64_t end) {
  return (size + begin + end - kernel) / stride + 1;
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
              FixedWeights* fixed) {
  const Padding& p = geometry.padding;
  check(x.dim() == 4 && weight.dim() == 4 && fits(geometry) && x.size(1) == weight.size(1) * geometry.groups &&
            weight.size(0) % geometry.groups == 0 && x.size(2) + p.top + p.bottom >= weight.size(2) &&
            x.size(3) + p.left + p.right >= weight.size(3) && fits(bias, weight.size(0)),
        "conv2d", x, weight);
  if (fixed != nullptr) return conv_value(x, weight, bias, geometry, fixed);
  return Conv::apply(x, weight, optional(bias), geometry);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
                        std::array<std::int64_t, 2> size, FixedWeights* fixed) {
  const Padding& p = geometry.padding;
  const std::int64_t stride = geometry.stride;
  const bool shapes = x.dim() == 4 && weight.dim() == 4 && x.size(1) == weight.size(0) && fits(geometry) &&
                      weight.size(0) % geometry.groups == 0;
  check(shapes && size[0] + p.top + p.bottom >= weight.size(2) && size[1] + p.left + p.right >= weight.size(3) &&
            conv_output_size(size[0], weight.size(2), stride, p.top, p.bottom) == x.size(2) &&
            conv_output_size(size[1], weight.size(3), stride, p.left, p.right) == x.size(3) &&
            fits(bias, weight.size(1) * geometry.groups),
        "conv_transpose2d", x, weight);
  if (fixed != nullptr) return conv_transpose_value(x, weight, bias, geometry, size, fixed);
  return ConvTranspose::apply(x, weight, optional(bias), geometry, size);
}

}  // namespace ganymede::nn::kernels
