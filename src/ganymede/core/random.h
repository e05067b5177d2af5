// Named random streams. Every random number of a run is a function of (seed, stream name, position), so nothing
// but the position has to be saved for a run to resume bit for bit, and no thread can disturb another's numbers.
#pragma once

#include <cstdint>
#include <string_view>

namespace ganymede {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection whose outputs pass as random for consecutive inputs.
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/// What the seeds of the stream `name` share: the one at a position is mix64(stream_base() ^ position).
constexpr std::uint64_t stream_base(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a over the name
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return mix64(mix64(seed) ^ hash);
}

/// The seed of the stream `name` ("data", "latent", "dropout", "init", "augment", ...) at `position`.
constexpr std::uint64_t stream_seed(std::uint64_t seed, std::string_view name, std::uint64_t position = 0) {
  return mix64(stream_base(seed, name) ^ position);
}

/// A small generator for places that need no tensors (shuffles, flips, rendering). Copyable; 8 bytes of state.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return mix64(state_++); }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, bound), without bias worth measuring (128-bit multiply); `bound` > 0.
  std::uint64_t below(std::uint64_t bound) {
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }

 private:
  __extension__ typedef unsigned __int128 Wide;  // not ISO C++, but every compiler we build with has it
  std::uint64_t state_;
};

}  // namespace ganymede
