#include "ganymede/quality/sort_floats.h"

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace ganymede::quality {
namespace {

constexpr int kBytes = 4;

/// Unsigned numbers in the order of the floats: of negative ones all bits are turned, of the others the sign.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return bits ^ ((bits >> 31) != 0 ? 0xFFFFFFFFu : 0x80000000u);
}

}  // namespace

void sort_floats(std::span<float> values, std::span<float> room) {
  std::array<std::array<std::size_t, 256>, kBytes> places{};
  for (const float value : values) {
    const std::uint32_t key = key_of(value);
    for (int byte = 0; byte < kBytes; ++byte) ++places[byte][(key >> (8 * byte)) & 0xFF];
  }
  for (auto& counts : places) {
    std::size_t before = 0;
    for (auto& count : counts) {
      const std::size_t of_this = count;
      count = before;
      before += of_this;
    }
  }
  for (int byte = 0; byte < kBytes; ++byte) {  // an even number of passes: the last one writes into `values`
    for (const float value : values) room[places[byte][(key_of(value) >> (8 * byte)) & 0xFF]++] = value;
    std::swap(values, room);
  }
}

}  // namespace ganymede::quality
