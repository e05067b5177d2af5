#include "ganymede/nn/kernels/conv_values.h"

#include <algorithm>

#include "ganymede/core/precision.h"
#include "ganymede/nn/kernels/amx.h"
#include "ganymede/nn/kernels/conv_in_parts.h"
#include "ganymede/nn/kernels/product.h"

namespace ganymede::nn::kernels {

namespace {

bool on_tiles(const Tensor& x, const ConvGeometry& g) {
  return g.groups == 1 && x.is_cpu() && x.scalar_type() == at::kBFloat16 && x.numel() > 0 && amx_available();
}

Tensor channels_last(const Tensor& x) {
  return x.contiguous(at::MemoryFormat::ChannelsLast);
}

/// Channels-last [A, B, h, w] as the matrix [A, h * w * B] that its memory is.
Tensor as_matrix(const Tensor& x) {
  return channels_last(x).permute({0, 2, 3, 1}).reshape({x.size(0), -1});
}

/// The matrix [A, h * w * B] as channels-last [A, B, h, w].
Tensor as_images(const Tensor& matrix, std::int64_t height, std::int64_t width) {
  return matrix.view({matrix.size(0), height, width, -1}).permute({0, 3, 1, 2});
}

/// The window covers the whole image, so the product is that of two plain matrices.
bool one_window(Size2 image, Size2 kernel, const ConvGeometry& g) {
  return image == kernel && g.padding == Padding{} && g.groups == 1;
}

/// What LibTorch's symmetric padding can do; the rest is added to or cut from the image.
struct Symmetric {
  std::int64_t top, left;
  explicit Symmetric(const Padding& p) : top(std::min(p.top, p.bottom)), left(std::min(p.left, p.right)) {}
  bool enough(const Padding& p) const { return top == p.top && top == p.bottom && left == p.left && left == p.right; }
};

Tensor padded(const Tensor& image, const Padding& p, const Symmetric& s) {
  if (s.enough(p)) return image;
  return channels_last(
      at::constant_pad_nd(image, {p.left - s.left, p.right - s.left, p.top - s.top, p.bottom - s.top}, 0));
}

std::tuple<Tensor, Tensor, Tensor> backward(const Tensor& out, const Tensor& image, const Tensor& weight,
                                            const ConvGeometry& g, const Symmetric& s, std::array<bool, 3> wanted) {
  return at::convolution_backward(out, image, weight, at::OptionalIntArrayRef{}, {g.stride, g.stride}, {s.top, s.left},
                                  {1, 1}, false, {0, 0}, g.groups, wanted);
}

/// The weight in the images' type and order.
Tensor rounded(const Tensor& weight, at::ScalarType type, FixedWeights* fixed) {
  return kept(fixed, weight, type, [&] { return channels_last(weight.to(type)); });
}

Tensor with_bias(const Tensor& y, const Tensor& bias) {
  return bias.defined() ? y + bias.to(y.scalar_type()).view({1, -1, 1, 1}) : y;
}

}  // namespace

Tensor conv_value(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
                  FixedWeights* fixed) {
  if (multiplies_in_float(x)) return conv_value(x.to(at::kFloat), weight, bias, g, fixed).to(x.scalar_type());
  const Tensor image = channels_last(x);
  const bool whole = one_window(plane(x), plane(weight), g);
  if (!whole && !on_tiles(x, g)) {
    if (const Tensor y = conv_in_parts(image, weight, bias, g, fixed); y.defined()) return y;
  }
  const Tensor w = rounded(weight, x.scalar_type(), fixed);
  if (on_tiles(x, g)) return conv_on_tiles(image, w, bias, g);
  if (whole) return with_bias(as_images(product_value(as_matrix(image), as_matrix(w).t()), 1, 1), bias);
  const Symmetric s(g.padding);
  OptionalTensor b;
  if (bias.defined()) b = bias.to(x.scalar_type());
  return channels_last(at::convolution(padded(image, g.padding, s), w, b, {g.stride, g.stride}, {s.top, s.left}, {1, 1},
                                       false, {0, 0}, g.groups));
}

Tensor conv_transpose_value(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
                            Size2 size, FixedWeights* fixed) {
  if (multiplies_in_float(x)) {
    return conv_transpose_value(x.to(at::kFloat), weight, bias, g, size, fixed).to(x.scalar_type());
  }
  const Tensor out = channels_last(x);
  const bool whole = one_window(size, plane(weight), g);
  if (!whole && !on_tiles(x, g)) {
    const Tensor y = conv_transpose_in_parts(out, weight, g, size, fixed);
    if (y.defined()) return with_bias(y, bias);
  }
  const Tensor w = rounded(weight, x.scalar_type(), fixed);
  if (on_tiles(x, g)) return conv_transpose_on_tiles(out, w, bias, g, size);
  if (whole) return with_bias(as_images(product_value(as_matrix(out), as_matrix(w)), size[0], size[1]), bias);
  const Padding& p = g.padding;
  const Symmetric s(p);
  const Tensor image = at::empty({x.size(0), weight.size(1) * g.groups, size[0] + p.top + p.bottom - 2 * s.top,
                                  size[1] + p.left + p.right - 2 * s.left},
                                 x.options().memory_format(at::MemoryFormat::ChannelsLast));
  const Tensor y = std::get<0>(backward(out, image, w, g, s, {true, false, false}));
  return channels_last(with_bias(y.narrow(2, p.top - s.top, size[0]).narrow(3, p.left - s.left, size[1]), bias));
}

Tensor conv_weight_gradient_value(const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& g,
                                  at::ScalarType type) {
  if (multiplies_in_float(image))
    return conv_weight_gradient_value(image.to(at::kFloat), out.to(at::kFloat), kernel, g, type);
  const Tensor i = channels_last(image), o = channels_last(out);
  if (on_tiles(i, g)) return conv_weight_gradient_on_tiles(i, o, kernel, g).to(type);
  if (one_window(plane(i), kernel, g))
    return as_images(product_value(as_matrix(o).t(), as_matrix(i)), kernel[0], kernel[1]).to(type);
  if (const Tensor y = conv_weight_gradient_in_parts(i, o, kernel, g); y.defined()) return y.to(type);
  const Symmetric s(g.padding);
  const Tensor weight = at::empty({out.size(1), image.size(1) / g.groups, kernel[0], kernel[1]},
                                  image.options().memory_format(at::MemoryFormat::ChannelsLast));
  return std::get<1>(backward(o, padded(i, g.padding, s), weight, g, s, {false, true, false})).to(type);
}

}  // namespace ganymede::nn::kernels
