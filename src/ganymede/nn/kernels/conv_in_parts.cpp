#include "ganymede/nn/kernels/conv_in_parts.h"

#include <algorithm>
#include <cstring>

#include "ganymede/core/parallel.h"
#include "ganymede/nn/kernels/col2im.h"
#include "ganymede/nn/kernels/conv.h"
#include "ganymede/nn/kernels/onednn.h"
#include "ganymede/nn/kernels/tensor_access.h"
#include "ganymede/nn/kernels/windows_gradient.h"

namespace ganymede::nn::kernels {

namespace {

// Multiply-adds below which a part is not worth while.
constexpr double kWorthAPart = 4e6;

bool possible(const Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  return x.is_cpu() && x.numel() > 0 && (type == at::kFloat || type == at::kBFloat16);
}

ConvShape shape_of(ConvPass pass, const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& g) {
  return {pass,           image.scalar_type() == at::kBFloat16,
          false,          false,
          image.size(0),  image.size(1),
          image.size(2),  image.size(3),
          out.size(1),    out.size(2),
          out.size(3),    kernel[0],
          kernel[1],      g.stride,
          g.padding.top,  g.padding.bottom,
          g.padding.left, g.padding.right,
          g.groups};
}

double multiply_adds(const ConvShape& s) {
  return static_cast<double>(s.images * s.out * s.out_height * s.out_width) *
         static_cast<double>(s.channels / s.groups * s.kernel_y * s.kernel_x);
}

/// Images first, first + size, ... are the first of the parts, each of `size` of them, the last of what is left.
struct Cut {
  std::int64_t size, parts;
  Cut(std::int64_t images, std::int64_t wanted)
      : size((images + wanted - 1) / wanted), parts((images + size - 1) / size) {}
};

std::int64_t parts_worth(const ConvShape& s, std::int64_t most) {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(multiply_adds(s) / kWorthAPart), 1, most);
}

/// There is work for several threads, but fewer images than threads.
bool too_few_images(const ConvShape& s) {
  return s.images < at::get_num_threads() && parts_worth(s, 2) > 1;
}

WeightLayout layout_of(const Tensor& weight, std::int64_t groups) {
  return {weight.scalar_type() == at::kBFloat16, groups, weight.sizes().vec(), weight.strides().vec()};
}

Tensor bytes(std::size_t count) {
  return at::empty({static_cast<std::int64_t>(count)}, at::kByte);
}

/// The weight in the order that `conv` wants.
Tensor packed(OneThreadConv& conv, const Tensor& weight, std::int64_t groups) {
  constexpr std::int64_t worth_a_piece = 1 << 15;
  const Tensor result = bytes(conv.weight_bytes());
  const WeightLayout layout = layout_of(weight, groups);
  const std::int64_t pieces =
      conv.pieces(layout, std::min(useful_parts(), std::max<std::int64_t>(weight.numel() / worth_a_piece, 1)));
  in_parts(pieces, [&](std::int64_t i) { conv.pack(layout, weight.data_ptr(), result.data_ptr(), i, pieces); });
  return result;
}

char* at_image(const Tensor& images, std::int64_t index) {
  return static_cast<char*>(images.data_ptr()) +
         index * images.stride(0) * static_cast<std::int64_t>(images.element_size());
}

/// The same, or what is kept of it.
Tensor packed(const std::shared_ptr<OneThreadConv>& conv, const Tensor& weight, std::int64_t groups,
              FixedWeights* fixed) {
  const auto make = [&] { return packed(*conv, weight, groups); };
  return fixed ? fixed->of(weight, weight.scalar_type(), conv, make) : make();
}

/// Of each pixel a group reads and writes a few channels, often less than a line of the cache, so that oneDNN passes
/// over the images again and again.
bool in_groups(const ConvShape& s) {
  return s.groups > 1 && s.channels > s.groups;
}

/// Parts of the images: enough for the threads, and of images in groups as many as stay in a processor's own cache.
std::int64_t parts_of(const ConvShape& s) {
  constexpr std::int64_t near = 1 << 19;  // bytes
  const std::int64_t parts = parts_worth(s, useful_parts());
  if (!in_groups(s)) return parts;
  const std::int64_t image = s.channels * s.height * s.width, out = s.out * s.out_height * s.out_width;
  const std::int64_t each = std::max(image, out) * (s.bf16 ? 2 : 4);
  return std::max(parts, s.images / std::clamp<std::int64_t>(near / each, 1, s.images));
}

/// Calls `run(from, to)`, in groups with copies that lie near: which is up to twice as fast as from where they are.
template <class Run>
void from_near(const ConvShape& s, const Tensor& from, const Tensor& to, std::int64_t first, std::int64_t count,
               const Run& run) {
  if (!in_groups(s)) return run(at_image(from, first), at_image(to, first));
  const Tensor source = from.narrow(0, first, count).clone(), target = to.narrow(0, first, count);
  const Tensor result = at::empty_like(target);
  run(source.data_ptr(), result.data_ptr());
  std::memcpy(target.data_ptr(), result.data_ptr(), target.nbytes());
}

/// The forward pass or the input gradient, a few images at a time. False where oneDNN has no fast way.
bool run_images(ConvShape shape, const Tensor& image, const Tensor& weight, const Tensor& bias, const Tensor& out,
                FixedWeights* fixed) {
  const std::int64_t images = shape.images;
  const Cut cut(images, parts_of(shape));
  shape.images = cut.size;
  const auto conv = OneThreadConv::of(shape);
  shape.images = images - (cut.parts - 1) * cut.size;
  const auto last = OneThreadConv::of(shape);
  if (!conv || !last) return false;
  const Tensor order = packed(conv, weight, shape.groups, fixed);
  const Tensor last_order = last->same_weight(*conv) ? order : packed(last, weight, shape.groups, fixed);
  const float* shift = bias.defined() ? data_of<const float>(bias) : nullptr;
  const bool forward = shape.pass == ConvPass::kForward;
  in_parts(cut.parts, [&](std::int64_t i) {
    const bool rest = i + 1 == cut.parts;
    const std::int64_t count = rest ? shape.images : cut.size;
    from_near(shape, forward ? image : out, forward ? out : image, i * cut.size, count, [&](void* from, void* to) {
      (rest ? last : conv)
          ->run(forward ? from : to, (rest ? last_order : order).data_ptr(), shift, forward ? to : from);
    });
  });
  return true;
}

/// Strides as of a dense tensor in this layout, also where a size of 1 leaves them open.
Tensor dense(const Tensor& x) {
  const Tensor y = x.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t c = y.size(1), h = y.size(2), w = y.size(3);
  return y.as_strided(y.sizes(), {h * w * c, 1, w * c, c});
}

/// To so few channels oneDNN's input gradient does the work of 16, or of 8.
bool few_channels(const ConvShape& s) {
  return s.channels <= 4 && s.groups == 1 && s.kernel_y * s.kernel_x > 1;
}

/// The input gradient to few channels: the product of each pixel of `out` and all of the weight, which is a convolution
/// by a kernel of one pixel, and then the sums of windows that overlap. False where oneDNN has no fast way.
bool run_few_channels(const ConvShape& s, const Tensor& image, const Tensor& weight, const Tensor& out,
                      FixedWeights* fixed) {
  const std::int64_t window = s.kernel_y * s.kernel_x * s.channels, rows = s.out_height, columns = s.out_width;
  const auto product = OneThreadConv::of({ConvPass::kForward, s.bf16, false, true, 1, s.out, rows, columns, window,
                                          rows, columns, 1, 1, 1, 0, 0, 0, 0, 1});
  if (!product) return false;
  const auto make = [&] {
    return packed(*product, dense(weight).as_strided({window, s.out, 1, 1}, {1, window, 1, 1}), 1);
  };
  const Tensor order = fixed ? fixed->of(weight, weight.scalar_type(), product, make) : make();
  const WindowGrid grid{s.channels, s.height, s.width, rows, columns, s.kernel_y, s.kernel_x, s.stride, s.top, s.left};
  const Cut cut(s.images, parts_worth(s, useful_parts()));
  in_parts(cut.parts, [&](std::int64_t part) {
    const Tensor room = at::empty({rows * columns * window + grid.row_size()}, at::kFloat);
    float *windows = data_of<float>(room), *row = windows + rows * columns * window;
    for (std::int64_t i = part * cut.size; i < std::min((part + 1) * cut.size, s.images); ++i) {
      product->run(at_image(out, i), order.data_ptr(), nullptr, windows);
      char* const pixels = at_image(image, i);
      if (s.bf16) {
        col2im(windows, grid, row, reinterpret_cast<Bits16*>(pixels));
      } else {
        col2im(windows, grid, row, reinterpret_cast<float*>(pixels));
      }
    }
  });
  return true;
}

Tensor images_like(const Tensor& x, std::int64_t channels, Size2 size) {
  return at::empty({x.size(0), channels, size[0], size[1]}, x.options().memory_format(at::MemoryFormat::ChannelsLast));
}

/// How a weight gradient is cut: along the channels, so that each part's gradient stays near its processor (which made
/// large ones up to 1.6 times as fast, and there is nothing to add up), and along the images.
struct GradientCut {
  std::int64_t channel_parts = 1, image_parts = 1;

  explicit GradientCut(const ConvShape& s) {
    constexpr std::int64_t large = 1 << 18, narrowest = 32, most = 16;  // elements, channels, parts
    const std::int64_t weights = s.out * s.channels * s.kernel_y * s.kernel_x;
    while (s.groups == 1 && weights >= large && channel_parts < most &&
           s.channels % (2 * channel_parts * narrowest) == 0) {
      channel_parts *= 2;
    }
    // Each part of the images costs a gradient that is written, read and added: half as many as elsewhere.
    const std::int64_t wanted = std::max<std::int64_t>(useful_parts() / 2, 1);
    image_parts = std::min(std::max<std::int64_t>(wanted / channel_parts, 1), parts_worth(s, wanted));
  }
};

/// Adds up `parts` runs of `count` numbers, which follow each other, into the first, in their order.
void add_parts(float* sums, std::int64_t parts, std::int64_t count) {
  constexpr std::int64_t worth_a_part = 1 << 14;
  parallel_for(0, parts > 1 ? count : 0, worth_a_part, [&](std::int64_t begin, std::int64_t end) {
    at_level([&] GANYMEDE_LOOP {
      for (std::int64_t part = 1; part < parts; ++part) {
        const float* __restrict more = sums + part * count;
        float* __restrict total = sums;
        for (std::int64_t i = begin; i < end; ++i) total[i] += more[i];
      }
    });
  });
}

/// Images [first, first + count) and of them some of the channels, dense.
Tensor slice(const Tensor& images, std::int64_t first, std::int64_t count, std::int64_t part, std::int64_t parts) {
  const std::int64_t channels = images.size(1) / parts;
  return dense(images.narrow(0, first, count).narrow(1, part * channels, channels));
}

/// `gradient` is dense and f32. False where oneDNN has no fast way.
bool run_gradient(ConvShape shape, const Tensor& image, const Tensor& out, const Tensor& gradient) {
  const GradientCut along(shape);
  const Cut cut(shape.images, along.image_parts);
  const std::int64_t images = shape.images, columns = along.channel_parts;
  shape.channels /= columns;
  shape.images = cut.size;
  const auto conv = OneThreadConv::of(shape);
  shape.images = images - (cut.parts - 1) * cut.size;
  const auto last = OneThreadConv::of(shape);
  if (!conv || !last || !conv->same_weight(*last)) return false;
  const auto count = static_cast<std::int64_t>(conv->weight_bytes() / sizeof(float));
  const Tensor sums = at::empty({cut.parts, columns, count}, at::kFloat);
  float* const sum = data_of<float>(sums);
  in_parts(cut.parts * columns, [&](std::int64_t i) {
    const std::int64_t row = i / columns, first = row * cut.size;
    const auto& one = row + 1 == cut.parts ? last : conv;
    const Tensor channels = slice(image, first, std::min(cut.size, images - first), i % columns, columns);
    one->run(channels.data_ptr(), sum + i * count, nullptr, at_image(out, first));
  });
  add_parts(sum, cut.parts, columns * count);
  WeightLayout layout = layout_of(gradient, shape.groups);
  layout.sizes[1] = shape.channels / shape.groups;
  // Either way several parts, if there is enough for them.
  const std::int64_t wanted = std::min(useful_parts(), std::max<std::int64_t>(gradient.numel() >> 15, 1)) / columns;
  const std::int64_t pieces = conv->pieces(layout, std::max<std::int64_t>(wanted, 1));
  in_parts(columns * pieces, [&](std::int64_t i) {
    const std::int64_t column = i / pieces;
    conv->unpack(layout, sum + column * count, data_of<float>(gradient) + column * shape.channels, i % pieces, pieces);
  });
  return true;
}

}  // namespace

Tensor conv_in_parts(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
                     FixedWeights* fixed) {
  if (!possible(x) || !possible(weight)) return {};
  const Padding& p = g.padding;
  const Size2 kernel = plane(weight);
  const Tensor image = dense(x);
  const Tensor y = dense(images_like(x, weight.size(0),
                                     {conv_output_size(x.size(2), kernel[0], g.stride, p.top, p.bottom),
                                      conv_output_size(x.size(3), kernel[1], g.stride, p.left, p.right)}));
  ConvShape shape = shape_of(ConvPass::kForward, image, y, kernel, g);
  if (too_few_images(shape)) return {};
  shape.bias = bias.defined();
  const Tensor shift = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
  return run_images(shape, image, weight, shift, y, fixed) ? y : Tensor{};
}

Tensor conv_transpose_in_parts(const Tensor& x, const Tensor& weight, const ConvGeometry& g, Size2 size,
                               FixedWeights* fixed) {
  if (!possible(x) || !possible(weight)) return {};
  const Tensor out = dense(x), image = dense(images_like(x, weight.size(1) * g.groups, size));
  const ConvShape shape = shape_of(ConvPass::kInput, image, out, plane(weight), g);
  if (too_few_images(shape)) return {};
  if (few_channels(shape) && run_few_channels(shape, image, weight, out, fixed)) return image;
  return run_images(shape, image, weight, {}, out, fixed) ? image : Tensor{};
}

Tensor conv_weight_gradient_in_parts(const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& g) {
  if (!possible(image) || !possible(out)) return {};
  const Tensor i = dense(image), o = dense(out);
  const ConvShape shape = shape_of(ConvPass::kWeight, i, o, kernel, g);
  const Tensor gradient = dense(at::empty({out.size(1), image.size(1) / g.groups, kernel[0], kernel[1]},
                                          at::TensorOptions(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast)));
  const bool done = windows_gradient(shape, i, o, gradient) || run_gradient(shape, i, o, gradient);
  return done ? gradient : Tensor{};
}

}  // namespace ganymede::nn::kernels
