#include "ganymede/core/device_random.h"

#include <bit>
#include <numbers>

#include "ganymede/core/batch_share.h"
#include "ganymede/core/generators.h"
#include "ganymede/core/random.h"

namespace ganymede {
namespace {

constexpr std::int64_t kLower32 = 0xFFFFFFFF;

constexpr std::int64_t as_signed(std::uint64_t x) {
  return std::bit_cast<std::int64_t>(x);
}

/// LibTorch shifts copies of the sign in; here zeros come from above.
Tensor shifted_right(const Tensor& x, int places) {
  return at::bitwise_right_shift(x, places).bitwise_and_(as_signed(~std::uint64_t{0} >> places));
}

std::int64_t elements(at::IntArrayRef sizes) {
  std::int64_t product = 1;
  for (const auto size : sizes) product *= size;
  return product;
}

Tensor counted(std::int64_t count, const torch::Device& device) {
  return at::arange(count, at::dtype(at::kLong).device(device));
}

/// mix64() of the innermost scope's step; undefined outside any.
Tensor& mixed_step() {
  thread_local Tensor mixed;
  return mixed;
}

Tensor of_this_step(const Tensor& numbers) {
  return mixed_step().defined() ? numbers.bitwise_xor(mixed_step()) : numbers;
}

}  // namespace

StepNumberScope::StepNumberScope(const Tensor& step) : before_(mixed_step()) {
  mixed_step() = mix64(step);
}

StepNumberScope::~StepNumberScope() {
  mixed_step() = before_;
}

bool StepNumberScope::active() {
  return mixed_step().defined();
}

Tensor mix64(const Tensor& input) {
  Tensor x = input + as_signed(0x9E3779B97F4A7C15ull);
  x = shifted_right(x, 30).bitwise_xor_(x).mul_(as_signed(0xBF58476D1CE4E5B9ull));
  x = shifted_right(x, 27).bitwise_xor_(x).mul_(as_signed(0x94D049BB133111EBull));
  return shifted_right(x, 31).bitwise_xor_(x);
}

Tensor random_bits(std::uint64_t seed, std::int64_t count, const torch::Device& device) {
  return mix64(of_this_step(counted(count, device).add_(as_signed(seed))));
}

Tensor stream_seeds(std::uint64_t seed, std::string_view name, std::int64_t count, const torch::Device& device) {
  return mix64(of_this_step(counted(count, device).bitwise_xor_(as_signed(stream_base(seed, name)))));
}

Tensor uniform_of(const Tensor& bits) {
  return shifted_right(bits, 11).to(at::kDouble).mul_(0x1.0p-53);
}

Tensor below_of(const Tensor& bits, std::int64_t bound) {
  // The upper half of a 128-bit product, from products that fit into 63 bits.
  const Tensor high = shifted_right(bits, 32), low = bits.bitwise_and(kLower32);
  return (high * bound).add_((low * bound).bitwise_right_shift_(32)).bitwise_right_shift_(32);
}

Tensor normal_of(const Tensor& bits) {
  const Tensor above_zero = (shifted_right(bits, 24) + 1).to(at::kFloat).mul_(0x1.0p-40);
  const Tensor angle = bits.bitwise_and(0xFFFFFF).to(at::kFloat).mul_(2 * std::numbers::pi * 0x1.0p-24);
  return above_zero.log_().mul_(-2).sqrt_().mul_(angle.cos());
}

namespace {

/// The numbers of this process's images, of those that `draw(sizes)` makes for the whole batch.
template <class Draw>
Tensor of_share(at::IntArrayRef sizes, const Draw& draw) {
  return rows_of_share(sizes[0], [&](std::int64_t rows) {
    auto whole = sizes.vec();
    whole[0] = rows;
    return draw(whole);
  });
}

}  // namespace

Tensor RandomSource::uniform(at::IntArrayRef sizes, double low, double high, std::uint64_t seed) const {
  return of_share(sizes, [&](const std::vector<std::int64_t>& all) {
    if (!computed_) return at::empty(all).uniform_(low, high, cpu_generator(seed)).to(device_);
    // 24 bits: all that f32 holds, so that 1 is never reached by rounding.
    const Tensor part = shifted_right(random_bits(seed, elements(all), device_), 40).to(at::kFloat).mul_(0x1.0p-24);
    return part.mul_(high - low).add_(low).view(all);
  });
}

Tensor RandomSource::normal(at::IntArrayRef sizes, std::uint64_t seed) const {
  return of_share(sizes, [&](const std::vector<std::int64_t>& all) {
    if (!computed_) return at::empty(all).normal_(0, 1, cpu_generator(seed)).to(device_);
    return normal_of(random_bits(seed, elements(all), device_)).view(all);
  });
}

Tensor RandomSource::integers(at::IntArrayRef sizes, std::int64_t bound, std::uint64_t seed) const {
  return of_share(sizes, [&](const std::vector<std::int64_t>& all) {
    if (!computed_) return at::randint(bound, all, cpu_generator(seed), at::dtype(at::kLong)).to(device_);
    return below_of(random_bits(seed, elements(all), device_), bound).view(all);
  });
}

}  // namespace ganymede
