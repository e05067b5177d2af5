// Convolutions in bf16 on the matrix tiles (AMX) of recent x86 processors: a gather of image patches into tiles, and
// tile products with f32 sums. Two routines serve every direction: `amx_gather` the convolution, its input gradient and
// so the transposed convolution; `amx_weight_gradient` the rest. Measured 2 to 8 times the speed of LibTorch's oneDNN
// in these directions. Where the processor has no tiles, or the build is not for x86, amx_available() is false and the
// others must not be called. Results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace ganymede::nn::kernels {

/// A bf16 number's bits.
using Bf16 = std::uint16_t;

/// True when this processor and system have the tiles, and they were not switched off.
bool amx_available();
/// Switches the tiles off or on again (tests and benchmarks compare both ways). Not for use while kernels run.
void amx_enable(bool on);

/// A matrix [depth, columns] in the order in which tiles read it. Rows and columns are padded with zeros.
struct PackedMatrix {
  std::int64_t depth = 0, columns = 0;  // without padding
  std::vector<Bf16> tiles;              // [columns / 16][depth / 32][16 pairs of rows][16 columns][2]

  std::int64_t depth_tiles() const { return (depth + 31) / 32; }
  std::int64_t column_tiles() const { return (columns + 15) / 16; }
};

/// Packs the matrix whose element (k, n) is weight[row_offset[k] + n * column_stride]; row_offset -1 is a row of zeros.
PackedMatrix amx_pack(const Bf16* weight, const std::vector<std::int64_t>& row_offset, std::int64_t columns,
                      std::int64_t column_stride);
/// Packs the matrix whose element (k, n) is weight[offset(k, n)]; a negative offset is a zero. For small matrices.
PackedMatrix amx_pack(const Bf16* weight, std::int64_t depth, std::int64_t columns,
                      const std::function<std::int64_t(std::int64_t, std::int64_t)>& offset);

/// A grid of windows over images: grid point (y, x) sees rows y * step + first_y + [0, taps_y) and likewise columns;
/// what lies outside the image is zero. Images are [batch, height, width, channels] in memory.
struct Windows {
  std::int64_t batch, height, width, channels;
  std::int64_t grid_height, grid_width;
  std::int64_t taps_y, taps_x, step, first_y, first_x;

  std::int64_t points() const { return batch * grid_height * grid_width; }
  std::int64_t depth() const { return taps_y * taps_x * channels; }
};

/// Where the results of grid point (y, x) go in images [batch, height, width, channels]: to pixel
/// (y * spread + offset_y, x * spread + offset_x). With `rows` above 1, the columns of the product, at most 32 of them,
/// are that many equal parts, and part i goes to `i` image rows below, running on over neighbouring pixels.
struct Placement {
  std::int64_t height, width, channels;
  std::int64_t spread, offset_y, offset_x, rows = 1;
};

/// target[placement] = windows(source) * matrix + bias. The matrix's depth runs over (tap y, tap x, channel).
/// `bias` has one f32 for each column of the matrix, or is null.
void amx_gather(const Bf16* source, const Windows& windows, const PackedMatrix& matrix, const float* bias, Bf16* target,
                const Placement& placement);

/// gradient[o, tap y, tap x, channel] = sum over grid points of out[point, o] * window(point)[tap y, tap x, channel],
/// in f32. `out` is [points, out_channels] in memory.
void amx_weight_gradient(const Bf16* image, const Windows& windows, const Bf16* out, std::int64_t out_channels,
                         float* gradient);

}  // namespace ganymede::nn::kernels
