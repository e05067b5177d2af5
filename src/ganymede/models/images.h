// Between tensors and images.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ganymede/core/torch_compat.h"
#include "ganymede/image/image.h"

namespace ganymede::models {

/// 8-bit pixels, `count` images of height x width x channels, as [N, C, H, W] in [-1, 1] (channels-last in memory):
/// (x - 127.5) / 127.5.
Tensor from_pixels(std::span<const std::uint8_t> pixels, std::int64_t count, std::int64_t height, std::int64_t width,
                   std::int64_t channels, const torch::Device& device, at::ScalarType type);

/// The type of tensors of samples: uint8, or int16 for 16 bits, which then hold the bits of uint16 (LibTorch has none).
inline at::ScalarType sample_type(int bits) {
  return bits == 16 ? at::kShort : at::kByte;
}

/// The same of samples [N, C, H, W] of 8 or 16 bits, in f32 on their device: (x - half) / half, half being 127.5 or
/// 32767.5.
Tensor from_bytes(const Tensor& images);

/// Samples of 8 or 16 bits as f32 levels of 0 to 255, in fractions where there are 16.
Tensor levels(const Tensor& images);

/// Images of equal size, channels and bits as samples [N, C, H, W].
Tensor samples_of(std::span<const image::Image> images);

/// Images of equal size and channels as from_pixels() has them, f32 on the CPU.
Tensor from_images(std::span<const image::Image> images);

/// [N, C, H, W] with `channels` channels: grey is repeated, colours become their mean.
Tensor with_channels(const Tensor& images, std::int64_t channels);

/// Images of [N, C, H, W] in [-1, 1], quantised as metrics do: clamp(x * 127.5 + 128, 0, 255), rounded down; for 16
/// bits clamp(x * 32767.5 + 32768, 0, 65535).
std::vector<image::Image> to_images(const Tensor& images, int bits = 8);

}  // namespace ganymede::models
