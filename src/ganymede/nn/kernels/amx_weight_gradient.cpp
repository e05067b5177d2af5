#include <algorithm>

#include "ganymede/core/parallel.h"
#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/amx_tiles.h"

namespace ganymede::nn::kernels {

namespace {

// The sum runs over grid points, in blocks of this many; the f32 sums are read and written once for each block.
constexpr std::int64_t block_points = 512;
constexpr std::int64_t block_tiles = block_points / 32;
// Column tiles (16 wide) of the gradient that one task keeps its sums for.
constexpr std::int64_t task_tiles = 16;

/// One tile of `out` transposed: 16 channels by 32 points, of which `points` exist. Channels beyond `channels` are
/// zero.
GANYMEDE_AMX void transpose_tile(const Bf16* out, std::int64_t stride, std::int64_t points, std::int64_t channels,
                                 Bf16* tile) {
  alignas(64) std::uint32_t pairs[16][16];  // [pair of points][channel]
  const auto mask = static_cast<__mmask16>((1u << std::min<std::int64_t>(channels, 16)) - 1);
  for (std::int64_t pair = 0; pair < 16; ++pair) {
    const Bf16* from = out + 2 * pair * stride;
    __m512i low = _mm512_setzero_si512(), high = low;
    if (2 * pair < points) low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from));
    if (2 * pair + 1 < points) high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from + stride));
    _mm512_store_si512(pairs[pair], _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i index = _mm512_slli_epi32(lanes, 4);
  for (std::int64_t channel = 0; channel < 16; ++channel)
    _mm512_store_si512(tile + 32 * channel, _mm512_i32gather_epi32(index, &pairs[0][channel], 4));
}

/// A row of a window, or zeros where it lies outside the image: elements [begin, end) exist.
struct Row {
  const Bf16* from;
  std::int64_t begin, end;
};

/// Puts two rows side by side, 16 columns to a tile, in one line of each of the following tiles.
GANYMEDE_AMX void interleave(const Row& first, const Row& second, std::int64_t count, std::int64_t tile_stride,
                             Bf16* to) {
  for (std::int64_t at = 0; at < count; at += 16, to += tile_stride) {
    const auto low_mask = static_cast<__mmask16>(lane_mask(first.begin - at, first.end - at, 16));
    const auto high_mask = static_cast<__mmask16>(lane_mask(second.begin - at, second.end - at, 16));
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(low_mask, moved(first.from, at)));
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(high_mask, moved(second.from, at)));
    _mm512_store_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
}

struct Job {
  const Bf16* image;
  const Windows& windows;
  const Bf16* transposed;  // [block][channel tile][block_tiles] tiles
  std::int64_t out_channels, out_tiles;
  float* gradient;

  std::int64_t row_length() const { return windows.taps_x * windows.channels; }  // of one window row
  std::int64_t row_tiles() const { return (row_length() + 15) / 16; }            // each begins a new tile
  std::int64_t blocks() const { return (windows.points() + block_points - 1) / block_points; }
};

/// Elements [begin, begin + count) of row `tap` of a grid point's window.
Row window_row(const Job& job, const GridPoint& point, bool exists, std::int64_t tap, std::int64_t begin,
               std::int64_t count) {
  const Windows& w = job.windows;
  const std::int64_t y = point.y * w.step + w.first_y + tap;
  const std::int64_t x = (point.x * w.step + w.first_x) * w.channels + begin, length = w.width * w.channels;
  if (!exists || y < 0 || y >= w.height) return {job.image, 0, 0};
  return {moved(job.image, (point.image * w.height + y) * length + x), std::max<std::int64_t>(-x, 0),
          std::min(length - x, count)};
}

/// Fills the tiles of column tiles [begin, end) for one block of points: [column tile][block_tiles].
GANYMEDE_AMX void gather_block(const Job& job, std::int64_t block, std::int64_t begin, std::int64_t end, Bf16* tiles) {
  const std::int64_t tile_stride = block_tiles * tile_elements, points = job.windows.points();
  for (std::int64_t at = begin; at < end;) {
    const std::int64_t tap = at / job.row_tiles(), part = at % job.row_tiles() * 16;
    const std::int64_t next = std::min(end, (tap + 1) * job.row_tiles());
    const std::int64_t count = std::min((next - at) * 16, job.row_length() - part);
    GridPoint point(job.windows, block * block_points);
    for (std::int64_t i = 0; i < block_points; i += 2) {
      const std::int64_t index = block * block_points + i;
      const Row first = window_row(job, point, index < points, tap, part, count);
      point.advance(job.windows);
      const Row second = window_row(job, point, index + 1 < points, tap, part, count);
      point.advance(job.windows);
      interleave(first, second, count, tile_stride,
                 tiles + (at - begin) * tile_stride + i / 32 * tile_elements + i % 32 / 2 * 32);
    }
    at = next;
  }
}

/// One task: the gradient's columns of column tiles [begin, end), for all output channels.
GANYMEDE_AMX void run_task(const Job& job, std::int64_t begin, std::int64_t end) {
  const std::int64_t width = (end - begin) * 16, rows = job.out_tiles * 16, stride = block_tiles * tile_elements;
  const AlignedBuffer<Bf16> tiles((end - begin) * stride);
  const AlignedBuffer<float> sums(rows * width);
  tiles_begin();
  for (std::int64_t block = 0; block < job.blocks(); ++block) {
    gather_block(job, block, begin, end, tiles.get());
    const Bf16* a = job.transposed + block * job.out_tiles * stride;
    for (std::int64_t n = 0; n < width; n += 32)
      for (std::int64_t m = 0; m < rows; m += 32) {
        float* c = sums.get() + m * width + n;
        const Bf16* b = tiles.get() + n / 16 * stride;
        if (n + 16 < width) {
          multiply_tiles<true>({a + m / 16 * stride, stride}, {b, stride}, block_tiles, c, width, block > 0);
        } else {
          multiply_tiles<false>({a + m / 16 * stride, stride}, {b, stride}, block_tiles, c, width, block > 0);
        }
      }
  }
  tiles_end();
  const std::int64_t row = job.windows.depth();
  for (std::int64_t o = 0; o < job.out_channels; ++o)
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t tap = at / job.row_tiles(), part = at % job.row_tiles() * 16;
      std::copy_n(sums.get() + o * width + (at - begin) * 16, std::min<std::int64_t>(16, job.row_length() - part),
                  job.gradient + o * row + tap * job.row_length() + part);
    }
}

}  // namespace

void amx_weight_gradient(const Bf16* image, const Windows& windows, const Bf16* out, std::int64_t out_channels,
                         float* gradient) {
  const std::int64_t out_tiles = (out_channels + 31) / 32 * 2;  // whole pairs
  Job job{image, windows, nullptr, out_channels, out_tiles, gradient};
  const std::int64_t points = windows.points(), stride = block_tiles * tile_elements;
  const AlignedBuffer<Bf16> transposed(job.blocks() * out_tiles * stride);
  parallel_for(0, job.blocks() * out_tiles, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (std::int64_t k = 0; k < block_tiles; ++k) {
        const std::int64_t point = i / out_tiles * block_points + k * 32, channel = i % out_tiles * 16;
        transpose_tile(out + point * out_channels + channel, out_channels, points - point,
                       std::max<std::int64_t>(out_channels - channel, 0),
                       transposed.get() + i * stride + k * tile_elements);
      }
  });
  job.transposed = transposed.get();
  const std::int64_t columns = windows.taps_y * job.row_tiles();
  // Tasks as large as the caches allow, but enough of them for all threads; how they are cut does not change any sum.
  const std::int64_t share = (columns + 2 * at::get_num_threads() - 1) / (2 * at::get_num_threads());
  const std::int64_t width = std::clamp<std::int64_t>((share + 1) / 2 * 2, 2, task_tiles);
  parallel_for(0, (columns + width - 1) / width, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) run_task(job, i * width, std::min((i + 1) * width, columns));
  });
}

}  // namespace ganymede::nn::kernels
