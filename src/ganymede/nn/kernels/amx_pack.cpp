#include <atomic>

#include "ganymede/core/instruction_level.h"
#include "ganymede/core/parallel.h"
#include "ganymede/core/torch_compat.h"
#include "ganymede/nn/kernels/amx_tiles.h"

namespace ganymede::nn::kernels {

namespace {

std::atomic<bool> enabled{true};

/// 16 pairs of rows by 16 columns, where the two rows of a pair are neighbours in memory.
GANYMEDE_AMX void pack_tile_by_pairs(const Bf16* weight, const std::int64_t* row_offset, std::int64_t column,
                                     std::int64_t column_stride, Bf16* tile) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i index = _mm512_mullo_epi32(lanes, _mm512_set1_epi32(static_cast<int>(column_stride)));
  for (int pair = 0; pair < 16; ++pair) {
    const Bf16* from = weight + row_offset[2 * pair] + column * column_stride;
    _mm512_storeu_si512(tile + 32 * pair, _mm512_i32gather_epi32(index, from, 2));
  }
}

/// 16 pairs of rows by 16 columns, where columns are neighbours in memory.
GANYMEDE_AMX void pack_tile_by_columns(const Bf16* weight, const std::int64_t* row_offset, std::int64_t column,
                                       Bf16* tile) {
  for (int pair = 0; pair < 16; ++pair) {
    const __m512i low = _mm512_cvtepu16_epi32(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight + row_offset[2 * pair] + column)));
    const __m512i high = _mm512_cvtepu16_epi32(
        _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight + row_offset[2 * pair + 1] + column)));
    _mm512_storeu_si512(tile + 32 * pair, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
}

template <class Offset>
void pack_tile_slowly(const Bf16* weight, std::int64_t row, std::int64_t column, std::int64_t depth,
                      std::int64_t columns, const Offset& offset, Bf16* tile) {
  for (std::int64_t k = 0; k < 32; ++k)
    for (std::int64_t n = 0; n < 16; ++n) {
      const std::int64_t at = row + k < depth && column + n < columns ? offset(row + k, column + n) : -1;
      tile[(k / 2) * 32 + n * 2 + k % 2] = at < 0 ? Bf16{0} : weight[at];
    }
}

}  // namespace

bool amx_available() {
  static const bool has_tiles = instruction_level() == InstructionLevel::kTiles;
  return has_tiles && enabled.load(std::memory_order_relaxed);
}

void amx_enable(bool on) {
  enabled = on;
}

PackedMatrix amx_pack(const Bf16* weight, const std::vector<std::int64_t>& row_offset, std::int64_t columns,
                      std::int64_t column_stride) {
  PackedMatrix packed{static_cast<std::int64_t>(row_offset.size()), columns, {}};
  const std::int64_t depth_tiles = packed.depth_tiles(), count = depth_tiles * packed.column_tiles();
  packed.tiles.resize(static_cast<std::size_t>(count * tile_elements));
  const auto offset = [&](std::int64_t k, std::int64_t n) {
    const std::int64_t row = row_offset[static_cast<std::size_t>(k)];
    return row < 0 ? row : row + n * column_stride;
  };
  parallel_for(0, count, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t row = i % depth_tiles * 32, column = i / depth_tiles * 16;
      Bf16* tile = packed.tiles.data() + i * tile_elements;
      bool whole = row + 32 <= packed.depth && column + 16 <= columns, paired = whole;
      for (std::int64_t k = row; whole && k < row + 32; ++k) {
        whole = offset(k, 0) >= 0;
        if (k % 2 == 1) paired = paired && offset(k, 0) == offset(k - 1, 0) + 1;
      }
      if (whole && column_stride == 1) {
        pack_tile_by_columns(weight, &row_offset[static_cast<std::size_t>(row)], column, tile);
      } else if (whole && paired && column_stride < (1 << 26)) {
        pack_tile_by_pairs(weight, &row_offset[static_cast<std::size_t>(row)], column, column_stride, tile);
      } else {
        pack_tile_slowly(weight, row, column, packed.depth, columns, offset, tile);
      }
    }
  });
  return packed;
}

PackedMatrix amx_pack(const Bf16* weight, std::int64_t depth, std::int64_t columns,
                      const std::function<std::int64_t(std::int64_t, std::int64_t)>& offset) {
  PackedMatrix packed{depth, columns, {}};
  const std::int64_t depth_tiles = packed.depth_tiles(), count = depth_tiles * packed.column_tiles();
  packed.tiles.resize(static_cast<std::size_t>(count * tile_elements));
  for (std::int64_t i = 0; i < count; ++i)
    pack_tile_slowly(weight, i % depth_tiles * 32, i / depth_tiles * 16, depth, columns, offset,
                     packed.tiles.data() + i * tile_elements);
  return packed;
}

}  // namespace ganymede::nn::kernels
