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

/// The same of uint8 [N, C, H, W], in f32 on its device.
Tensor from_bytes(const Tensor& images);

/// Images of equal size and channels as from_pixels() has them, f32 on the CPU.
Tensor from_images(std::span<const image::Image> images);

/// [N, C, H, W] with `channels` channels: grey is repeated, colours become their mean.
Tensor with_channels(const Tensor& images, std::int64_t channels);

/// Images of [N, C, H, W] in [-1, 1], quantised as metrics do: clamp(x * 127.5 + 128, 0, 255), rounded down.
std::vector<image::Image> to_images(const Tensor& images);

}  // namespace ganymede::models
