// The tile product that both AMX routines are made of. Internal to the amx_*.cpp files.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <memory>

#include "ganymede/nn/kernels/amx.h"

/// Marks functions that use tiles or AVX-512. Lambdas do not inherit it, so they must only call such functions.
#define GANYMEDE_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

namespace ganymede::nn::kernels {

inline constexpr std::int64_t tile_elements = 512;  // a tile of bf16: 16 rows of 32, 1 KiB

/// Memory for tiles, aligned to cache lines, not initialised.
template <class T>
class AlignedBuffer {
 public:
  explicit AlignedBuffer(std::int64_t count)
      : data_(static_cast<T*>(::operator new(static_cast<std::size_t>(count) * sizeof(T), std::align_val_t{64}))) {}
  T* get() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete(p, std::align_val_t{64}); }
  };
  std::unique_ptr<T[], Free> data_;
};

/// Shapes this thread's eight tiles as 16 rows of 64 bytes. Pairs with tiles_end(); both once for each thread and task.
GANYMEDE_AMX inline void tiles_begin() {
  alignas(64) static const unsigned char config[64] = {
      1,  0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 64, 0, 64, 0,  64, 0,  64, 0,  64, 0,
      64, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0, 0,  0, 16, 16, 16, 16, 16, 16, 16, 16};
  _tile_loadconfig(config);
}

GANYMEDE_AMX inline void tiles_end() {
  _tile_release();
}

/// A point of a grid of windows, walked in order without divisions.
struct GridPoint {
  std::int64_t image, y, x;

  GridPoint(const Windows& w, std::int64_t index)
      : image(index / (w.grid_height * w.grid_width)),
        y(index / w.grid_width % w.grid_height),
        x(index % w.grid_width) {}
  void advance(const Windows& w) {
    if (++x < w.grid_width) return;
    x = 0;
    if (++y < w.grid_height) return;
    y = 0;
    ++image;
  }
};

/// Bits i of `width` (at most 32) with begin <= i < end.
inline std::uint32_t lane_mask(std::int64_t begin, std::int64_t end, std::int64_t width) {
  const auto below = [width](std::int64_t n) {
    const std::int64_t bits = n < 0 ? 0 : n > width ? width : n;
    return (std::uint64_t{1} << bits) - 1;
  };
  return static_cast<std::uint32_t>(below(end) & ~below(begin));
}

/// `base` moved by `elements`, even to where nothing may be read: masked loads touch only what exists.
inline const Bf16* moved(const Bf16* base, std::int64_t elements) {
  return reinterpret_cast<const Bf16*>(reinterpret_cast<std::uintptr_t>(base) +
                                       static_cast<std::uintptr_t>(elements * std::int64_t{sizeof(Bf16)}));
}

/// Two lists of tiles of 16 rows or columns each: at `data` and at `data + stride`.
struct TileLists {
  const Bf16* data;
  std::int64_t stride;
};

/// c[32 rows, 32 columns] (+)= a * b over `depth` tiles: 2 x 16 rows of `a`, 2 x 16 columns of `b`; without `two` only
/// the first 16 columns are made.
template <bool two>
GANYMEDE_AMX inline void multiply_tiles(TileLists a, TileLists b, std::int64_t depth, float* c, std::int64_t c_stride,
                                        bool accumulate) {
  const std::int64_t bytes = c_stride * 4;
  asm volatile("" ::: "memory");  // the compiler does not know that the tile instructions read and write memory
  if (accumulate) {
    _tile_loadd(0, c, bytes);
    _tile_loadd(2, c + 16 * c_stride, bytes);
    if constexpr (two) {
      _tile_loadd(1, c + 16, bytes);
      _tile_loadd(3, c + 16 * c_stride + 16, bytes);
    }
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (std::int64_t k = 0; k < depth; ++k) {
    const std::int64_t at = k * tile_elements;
    _tile_loadd(6, b.data + at, 64);
    _tile_loadd(4, a.data + at, 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (two) {
      _tile_loadd(7, b.data + b.stride + at, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    _tile_loadd(5, a.data + a.stride + at, 64);
    _tile_dpbf16ps(2, 5, 6);
    if constexpr (two) _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, c, bytes);
  _tile_stored(2, c + 16 * c_stride, bytes);
  if constexpr (two) {
    _tile_stored(1, c + 16, bytes);
    _tile_stored(3, c + 16 * c_stride + 16, bytes);
  }
  asm volatile("" ::: "memory");
}

}  // namespace ganymede::nn::kernels
