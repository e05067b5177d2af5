// Random numbers made where they are used: what random.h makes one by one, as tensor operations. A number depends on
// its seed and its index alone, so it is the same on every device, and none is made on the host and copied.
#pragma once

#include <cstdint>
#include <string_view>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// The training step that numbers made on a device are of. While one lives, random_bits() and stream_seeds() mix it in
/// on this thread, from the device's own memory: a captured step makes other numbers each time it is replayed, though
/// the seeds it was captured with stay what they were.
class StepNumberScope {
 public:
  /// `step`: int64 [], on the device the numbers are made on.
  explicit StepNumberScope(const Tensor& step);
  ~StepNumberScope();
  StepNumberScope(const StepNumberScope&) = delete;
  StepNumberScope& operator=(const StepNumberScope&) = delete;
  /// Whether one lives on this thread.
  static bool active();

 private:
  Tensor before_;
};

/// mix64() of each element; an int64 stands for the unsigned number with its 64 bits.
Tensor mix64(const Tensor& x);

/// What Random(seed).next() gives the first `count` times, outside a StepNumberScope: int64 [count].
Tensor random_bits(std::uint64_t seed, std::int64_t count, const torch::Device& device);

/// stream_seed(seed, name, n) for n from 0 to count - 1, outside a StepNumberScope: int64 [count].
Tensor stream_seeds(std::uint64_t seed, std::string_view name, std::int64_t count, const torch::Device& device);

/// What Random::uniform() makes of these bits: f64 in [0, 1).
Tensor uniform_of(const Tensor& bits);

/// What Random::below(bound) makes of these bits, for 0 < bound < 2^31: int64 in [0, bound).
Tensor below_of(const Tensor& bits, std::int64_t bound);

/// Standard normal numbers, one of each element of `bits`, in f32 (Box and Muller 1958): the upper 40 bits give the
/// radius, which ends at 7.4, the lower 24 the angle.
Tensor normal_of(const Tensor& bits);

/// Where the random numbers of a training step come from.
class RandomSource {
 public:
  /// On the CPU from LibTorch's generators, which are faster there; on any other device computed on it.
  explicit RandomSource(const torch::Device& device) : RandomSource(device, !device.is_cpu()) {}
  /// Computed as on a GPU whatever the device; for tests.
  static RandomSource computed_on(const torch::Device& device) { return RandomSource(device, true); }

  const torch::Device& device() const { return device_; }
  bool computed() const { return computed_; }

  // All are f32 (integers: int64) on the device, functions of their arguments and of computed() alone.
  /// Uniform in [low, high).
  Tensor uniform(at::IntArrayRef sizes, double low, double high, std::uint64_t seed) const;
  /// Standard normal.
  Tensor normal(at::IntArrayRef sizes, std::uint64_t seed) const;
  /// Each of 0 to bound - 1 equally likely; 0 < bound < 2^31.
  Tensor integers(at::IntArrayRef sizes, std::int64_t bound, std::uint64_t seed) const;

 private:
  RandomSource(const torch::Device& device, bool computed) : device_(device), computed_(computed) {}

  torch::Device device_;
  bool computed_;
};

}  // namespace ganymede
