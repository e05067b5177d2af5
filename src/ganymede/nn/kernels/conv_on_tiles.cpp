#include <algorithm>

#include "ganymede/nn/kernels/amx.h"
#include "ganymede/nn/kernels/conv_values.h"

namespace ganymede::nn::kernels {

namespace {

Bf16* data(const Tensor& t) {
  return reinterpret_cast<Bf16*>(t.data_ptr<at::BFloat16>());
}

Tensor images(const Tensor& like, std::int64_t channels, Size2 size) {
  return at::empty({like.size(0), channels, size[0], size[1]},
                   like.options().memory_format(at::MemoryFormat::ChannelsLast));
}

/// The f32 bias, repeated for as many parts as the product's columns have.
std::vector<float> repeated(const Tensor& bias, std::int64_t parts) {
  std::vector<float> all;
  if (!bias.defined()) return all;
  const Tensor b = bias.to(at::kFloat).contiguous();
  for (std::int64_t i = 0; i < parts; ++i) all.insert(all.end(), b.data_ptr<float>(), b.data_ptr<float>() + b.numel());
  return all;
}

const float* pointer(const std::vector<float>& values) {
  return values.empty() ? nullptr : values.data();
}

Windows windows_of(const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& g) {
  return {image.size(0), image.size(2), image.size(3), image.size(1),  out.size(2),    out.size(3),
          kernel[0],     kernel[1],     g.stride,      -g.padding.top, -g.padding.left};
}

/// Along one axis: the pixels `phase`, `phase` + stride, ... of the image meet only the kernel's rows first,
/// first + stride, ..., `taps` of them; the first pixel meets row `last` of the output with the first of them, and
/// output rows before it with the others.
struct Phase {
  std::int64_t first, taps, last;
  Phase(std::int64_t phase, std::int64_t stride, std::int64_t begin, std::int64_t kernel)
      : first((phase + begin) % stride),
        taps(first < kernel ? (kernel - first + stride - 1) / stride : 0),
        last((phase + begin - first) / stride) {}
  std::int64_t start() const { return last - taps + 1; }
};

/// The input gradient for one phase of rows and one of columns: a dense convolution of `x` with part of the kernel.
void one_phase(const Tensor& x, const Tensor& weight, const float* bias, const ConvGeometry& g, Size2 phase,
               const Tensor& y) {
  const std::int64_t s = g.stride, channels = weight.size(1), kernel_y = weight.size(2), kernel_x = weight.size(3);
  const Phase row(phase[0], s, g.padding.top, kernel_y), column(phase[1], s, g.padding.left, kernel_x);
  const Windows windows{x.size(0),
                        x.size(2),
                        x.size(3),
                        x.size(1),
                        (y.size(2) - phase[0] + s - 1) / s,
                        (y.size(3) - phase[1] + s - 1) / s,
                        row.taps,
                        column.taps,
                        1,
                        row.start(),
                        column.start()};
  std::vector<std::int64_t> offsets;
  for (std::int64_t ty = row.taps - 1; ty >= 0; --ty)
    for (std::int64_t tx = column.taps - 1; tx >= 0; --tx)
      for (std::int64_t o = 0; o < x.size(1); ++o)
        offsets.push_back(((o * kernel_y + row.first + s * ty) * kernel_x + column.first + s * tx) * channels);
  if (offsets.empty()) {  // no window reaches these pixels
    offsets.push_back(-1);
  }
  amx_gather(data(x), windows, amx_pack(data(weight), offsets, channels, 1), bias, data(y),
             {y.size(2), y.size(3), channels, s, phase[0], phase[1]});
}

/// All phases at once, for few channels: windows that serve all stride x stride pixels of a grid point, whose channels
/// together are the columns. Some of the matrix is zeros, but the tiles are fuller and the gather is done once.
void all_phases(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g, const Tensor& y) {
  const std::int64_t s = g.stride, channels = weight.size(1), kernel_y = weight.size(2), kernel_x = weight.size(3);
  std::vector<Phase> rows, columns;
  for (std::int64_t i = 0; i < s; ++i) {
    rows.emplace_back(i, s, g.padding.top, kernel_y);
    columns.emplace_back(i, s, g.padding.left, kernel_x);
  }
  const auto range = [](const std::vector<Phase>& phases) {
    std::int64_t low = phases[0].start(), high = phases[0].last;
    for (const Phase& p : phases) low = std::min(low, p.start()), high = std::max(high, p.last);
    return Size2{low, high - low + 1};
  };
  const Size2 down = range(rows), across = range(columns);
  const Windows windows{x.size(0), x.size(2), x.size(3), x.size(1), y.size(2) / s, y.size(3) / s,
                        down[1],   across[1], 1,         down[0],   across[0]};
  // The kernel's row for a phase and a window's row; -1 for none.
  const auto tap = [s](const Phase& phase, std::int64_t row) {
    const std::int64_t back = phase.last - row;
    return back >= 0 && back < phase.taps ? phase.first + s * back : -1;
  };
  const PackedMatrix matrix =
      amx_pack(data(weight), windows.depth(), s * s * channels, [&](std::int64_t k, std::int64_t n) -> std::int64_t {
        const std::int64_t o = k % x.size(1), place = k / x.size(1), c = n % channels, phase = n / channels;
        const std::int64_t ky = tap(rows[static_cast<std::size_t>(phase / s)], down[0] + place / across[1]);
        const std::int64_t kx = tap(columns[static_cast<std::size_t>(phase % s)], across[0] + place % across[1]);
        return ky < 0 || kx < 0 ? -1 : ((o * kernel_y + ky) * kernel_x + kx) * channels + c;
      });
  amx_gather(data(x), windows, matrix, pointer(repeated(bias, s * s)), data(y),
             {y.size(2), y.size(3), channels, s, 0, 0, s});
}

}  // namespace

Tensor conv_on_tiles(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g) {
  const Size2 kernel{weight.size(2), weight.size(3)};
  const Padding& p = g.padding;
  const Tensor y = images(x, weight.size(0),
                          {conv_output_size(x.size(2), kernel[0], g.stride, p.top, p.bottom),
                           conv_output_size(x.size(3), kernel[1], g.stride, p.left, p.right)});
  std::vector<std::int64_t> offsets(static_cast<std::size_t>(weight.numel() / weight.size(0)));
  for (std::size_t k = 0; k < offsets.size(); ++k) offsets[k] = static_cast<std::int64_t>(k);
  amx_gather(data(x), windows_of(x, y, kernel, g),
             amx_pack(data(weight), offsets, weight.size(0), static_cast<std::int64_t>(offsets.size())),
             pointer(repeated(bias, 1)), data(y), {y.size(2), y.size(3), y.size(1), 1, 0, 0});
  return y;
}

Tensor conv_transpose_on_tiles(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& g,
                               Size2 size) {
  const Tensor y = images(x, weight.size(1), size);
  const Size2 kernel{weight.size(2), weight.size(3)};
  const std::int64_t s = g.stride, area = kernel[0] * kernel[1];
  if (size == kernel && g.padding == Padding{}) {  // one window: the product of two plain matrices
    std::vector<std::int64_t> offsets(static_cast<std::size_t>(x.size(1)));
    const std::int64_t columns = area * weight.size(1);
    for (std::size_t k = 0; k < offsets.size(); ++k) offsets[k] = static_cast<std::int64_t>(k) * columns;
    amx_gather(data(x), {x.size(0), 1, 1, x.size(1), 1, 1, 1, 1, 1, 0, 0}, amx_pack(data(weight), offsets, columns, 1),
               pointer(repeated(bias, area)), data(y), {1, 1, columns, 1, 0, 0});
  } else if (s > 1 && s * s * weight.size(1) <= 32 && size[0] % s == 0 && size[1] % s == 0) {
    all_phases(x, weight, bias, g, y);
  } else {
    const std::vector<float> b = repeated(bias, 1);
    for (std::int64_t row = 0; row < std::min(s, size[0]); ++row)
      for (std::int64_t column = 0; column < std::min(s, size[1]); ++column)
        one_phase(x, weight, pointer(b), g, {row, column}, y);
  }
  return y;
}

Tensor conv_weight_gradient_on_tiles(const Tensor& image, const Tensor& out, Size2 kernel, const ConvGeometry& g) {
  const Tensor gradient = at::empty({out.size(1), image.size(1), kernel[0], kernel[1]},
                                    image.options().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast));
  amx_weight_gradient(data(image), windows_of(image, out, kernel, g), data(out), out.size(1),
                      gradient.data_ptr<float>());
  return gradient;
}

}  // namespace ganymede::nn::kernels
