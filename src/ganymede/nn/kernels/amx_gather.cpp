#include <algorithm>
#include <cstring>

#include "ganymede/core/parallel.h"
#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/amx_tiles.h"

namespace ganymede::nn::kernels {

namespace {

/// The part of a window's row that lies inside the image, in elements: `skip` zeros, then `count` elements of memory.
struct Span {
  const Bf16* from;
  std::int64_t skip, count;
};

Span window_row(const Bf16* source, const Windows& w, std::int64_t image, std::int64_t y, std::int64_t x) {
  if (y < 0 || y >= w.height) return {source, 0, 0};
  const std::int64_t begin = std::max<std::int64_t>(x, 0), end = std::min(x + w.taps_x, w.width);
  if (begin >= end) return {source, 0, 0};
  return {source + ((image * w.height + y) * w.width + begin) * w.channels, (begin - x) * w.channels,
          (end - begin) * w.channels};
}

/// Copies whole 64-byte pieces, one into each of the following tiles.
GANYMEDE_AMX void copy_pieces(const Bf16* from, Bf16* to, std::int64_t pieces) {
  for (std::int64_t i = 0; i < pieces; ++i)
    _mm512_storeu_si512(to + i * tile_elements, _mm512_loadu_si512(from + i * 32));
}

GANYMEDE_AMX void zero_pieces(Bf16* to, std::int64_t pieces) {
  for (std::int64_t i = 0; i < pieces; ++i) _mm512_storeu_si512(to + i * tile_elements, _mm512_setzero_si512());
}

/// Copies a window's row with its zeros to either side, whatever its length. Writes up to 31 elements too many.
GANYMEDE_AMX void copy_row(const Span& span, std::int64_t length, Bf16* to) {
  const Bf16* from = moved(span.from, -span.skip);
  for (std::int64_t at = 0; at < length; at += 32) {
    const __mmask32 inside = lane_mask(span.skip - at, span.skip + span.count - at, 32);
    _mm512_storeu_si512(to + at, _mm512_maskz_loadu_epi16(inside, moved(from, at)));
  }
}

/// Gathers one grid point's window into its row of the tiles, which starts at `row`. `line` has room for one row and 32
/// more elements.
GANYMEDE_AMX void gather_row(const Bf16* source, const Windows& w, const GridPoint& point, std::int64_t depth_tiles,
                             Bf16* line, Bf16* row) {
  const std::int64_t y = point.y * w.step + w.first_y, x = point.x * w.step + w.first_x;
  const std::int64_t length = w.taps_x * w.channels;
  for (std::int64_t tap = 0; tap < w.taps_y; ++tap) {
    const Span span = window_row(source, w, point.image, y + tap, x);
    if (w.channels % 32 == 0) {
      Bf16* to = row + tap * (length / 32) * tile_elements;
      zero_pieces(to, span.skip / 32);
      copy_pieces(span.from, to + span.skip / 32 * tile_elements, span.count / 32);
      const std::int64_t behind = (span.skip + span.count) / 32;
      zero_pieces(to + behind * tile_elements, length / 32 - behind);
    } else {
      copy_row(span, length, line + tap * length);
    }
  }
  if (w.channels % 32 != 0) {  // what the last row wrote too much are zeros
    copy_pieces(line, row, depth_tiles);
  }
}

/// Rounds rows of 32 sums (plus bias) to bf16 and puts the first `count` of each at its target plus `offset`.
GANYMEDE_AMX void store_block(const float* sums, const float* bias, std::int64_t count, std::int64_t rows,
                              Bf16* const* targets, std::int64_t offset) {
  const __mmask32 mask = count >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((1u << count) - 1);
  const __m512 low_bias = _mm512_loadu_ps(bias), high_bias = _mm512_loadu_ps(bias + 16);
  for (std::int64_t r = 0; r < rows; ++r) {
    const __m512 low = _mm512_add_ps(_mm512_load_ps(sums + r * 32), low_bias);
    const __m512 high = _mm512_add_ps(_mm512_load_ps(sums + r * 32 + 16), high_bias);
    const __m512bh both = _mm512_cvtne2ps_pbh(high, low);
    _mm512_mask_storeu_epi16(targets[r] + offset, mask, reinterpret_cast<const __m512i&>(both));
  }
}

struct Job {
  const Bf16* source;
  const Windows& windows;
  const PackedMatrix& matrix;
  const float* bias;  // padded to whole pairs of column tiles
  Bf16* target;
  const Placement& placement;
};

Bf16* place_of(const Job& job, const GridPoint& point) {
  const Placement& p = job.placement;
  const std::int64_t y = point.y * p.spread + p.offset_y, x = point.x * p.spread + p.offset_x;
  return job.target + ((point.image * p.height + y) * p.width + x) * p.channels;
}

/// As store_block, for a product of at most 32 columns that are `rows` parts on neighbouring image rows.
GANYMEDE_AMX void store_parts(const Job& job, const float* sums, std::int64_t rows, Bf16* const* targets) {
  alignas(64) Bf16 lines[32 * 32];
  Bf16* pointers[32];
  for (std::int64_t r = 0; r < rows; ++r) pointers[r] = lines + r * 32;
  store_block(sums, job.bias, 32, rows, pointers, 0);
  const std::int64_t part = job.matrix.columns / job.placement.rows;
  const std::int64_t below = job.placement.width * job.placement.channels;  // from one image row to the next
  const __mmask32 mask = lane_mask(0, part, 32);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < job.placement.rows; ++i) {
      const __m512i values = _mm512_maskz_loadu_epi16(mask, lines + r * 32 + i * part);
      _mm512_mask_storeu_epi16(targets[r] + i * below, mask, values);
    }
}

/// Gathers and multiplies grid points [begin, end), at most as many as `tiles` has room for.
GANYMEDE_AMX void run_block(const Job& job, std::int64_t begin, std::int64_t end, Bf16* tiles, Bf16* line,
                            Bf16** targets) {
  const std::int64_t depth = job.matrix.depth_tiles(), columns = job.matrix.columns, count = end - begin;
  const std::int64_t stride = depth * tile_elements;  // of one list of tiles
  GridPoint point(job.windows, begin);
  for (std::int64_t i = 0; i < count; ++i, point.advance(job.windows)) {
    gather_row(job.source, job.windows, point, depth, line, tiles + i / 16 * stride + i % 16 * 32);
    targets[i] = place_of(job, point);
  }
  alignas(64) float sums[32 * 32] = {};
  for (std::int64_t n = 0; n < columns; n += 32) {
    const Bf16* b = job.matrix.tiles.data() + n / 16 * stride;
    for (std::int64_t m = 0; m < count; m += 32) {
      const Bf16* a = tiles + m / 16 * stride;
      if (n + 16 < columns) {
        multiply_tiles<true>({a, stride}, {b, stride}, depth, sums, 32, false);
      } else {
        multiply_tiles<false>({a, stride}, {b, stride}, depth, sums, 32, false);
      }
      const std::int64_t rows = std::min<std::int64_t>(count - m, 32), width = std::min<std::int64_t>(columns - n, 32);
      if (job.placement.rows == 1) {
        store_block(sums, job.bias + n, width, rows, targets + m, n);
      } else {
        store_parts(job, sums, rows, targets + m);
      }
    }
  }
}

}  // namespace

void amx_gather(const Bf16* source, const Windows& windows, const PackedMatrix& matrix, const float* bias, Bf16* target,
                const Placement& placement) {
  std::vector<float> padded(static_cast<std::size_t>((matrix.columns + 31) / 32 * 32), 0.0f);
  if (bias != nullptr) std::copy_n(bias, matrix.columns, padded.begin());
  const Job job{source, windows, matrix, padded.data(), target, placement};
  // As many rows as fill half of a core's second-level cache: each use of the matrix from further away serves them all.
  constexpr std::int64_t cache_elements = 1 << 19;
  const std::int64_t depth = matrix.depth_tiles() * 32, points = windows.points();
  const std::int64_t rows = std::clamp<std::int64_t>(cache_elements / depth / 32 * 32, 32, 256);
  parallel_for(0, (points + rows - 1) / rows, 1, [&](std::int64_t begin, std::int64_t end) {
    const AlignedBuffer<Bf16> tiles(rows * depth);
    std::memset(tiles.get(), 0, static_cast<std::size_t>(rows * depth) * sizeof(Bf16));
    std::vector<Bf16> line(static_cast<std::size_t>(depth + 32), 0);
    std::vector<Bf16*> targets(static_cast<std::size_t>(rows));
    tiles_begin();
    for (std::int64_t i = begin; i < end; ++i)
      run_block(job, i * rows, std::min((i + 1) * rows, points), tiles.get(), line.data(), targets.data());
    tiles_end();
  });
}

}  // namespace ganymede::nn::kernels
