// How the element-wise kernels get the processor's widest vectors out of a build for the baseline processor: `at_level`
// runs a loop in a copy of it that was compiled for the instruction level in force. The loop's body and what it calls
// are inlined (GANYMEDE_INLINE) into each copy. Nothing here or in the *_passes files needs LibTorch.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "ganymede/core/at_level.h"

namespace ganymede::nn::kernels {

/// A bf16 number's bits. Arithmetic is done in f32.
struct Bits16 {
  std::uint16_t bits;
};

/// The type in which values of type T are computed.
template <class T>
struct ComputeType {
  using type = T;
};
template <>
struct ComputeType<Bits16> {
  using type = float;
};
template <class T>
using Compute = typename ComputeType<T>::type;

template <class T>
GANYMEDE_INLINE T widen(T value) {
  return value;
}
GANYMEDE_INLINE float widen(Bits16 value) {
  return std::bit_cast<float>(std::uint32_t{value.bits} << 16);
}

/// Rounds to nearest, ties to even; NaN stays NaN.
template <class T>
GANYMEDE_INLINE T narrow(Compute<T> value) {
  if constexpr (std::is_same_v<T, Bits16>) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
    return {static_cast<std::uint16_t>((bits & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FC0u : rounded)};
  } else {
    return value;
  }
}

}  // namespace ganymede::nn::kernels
