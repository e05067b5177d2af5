#include "ganymede/models/images.h"

namespace ganymede::models {

Tensor from_pixels(std::span<const std::uint8_t> pixels, std::int64_t count, std::int64_t height, std::int64_t width,
                   std::int64_t channels, const torch::Device& device, at::ScalarType type) {
  // from_blob does not own: the copy to f32 below happens before this returns.
  const Tensor bytes =
      torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {count, height, width, channels}, at::kByte);
  return from_bytes(bytes.to(device).permute({0, 3, 1, 2})).to(type);
}

namespace {

/// f32 of unsigned samples.
Tensor numbers_of(const Tensor& images) {
  if (images.scalar_type() != at::kShort) return images.to(at::kFloat);
  return images.to(at::kInt).bitwise_and_(0xffff).to(at::kFloat);
}

}  // namespace

Tensor from_bytes(const Tensor& images) {
  const double half = images.scalar_type() == at::kShort ? 32767.5 : 127.5;
  return numbers_of(images).sub_(half).div_(half).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor levels(const Tensor& images) {
  const Tensor numbers = numbers_of(images);
  return images.scalar_type() == at::kShort ? numbers / 257 : numbers;
}

Tensor samples_of(std::span<const image::Image> images) {
  const image::Image& first = images.front();
  std::vector<std::uint8_t> pixels;
  for (const auto& image : images) pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
  // from_blob does not own: the copy happens before this returns.
  return torch::from_blob(pixels.data(),
                          {static_cast<std::int64_t>(images.size()), first.height, first.width, first.channels},
                          sample_type(first.bits))
      .permute({0, 3, 1, 2})
      .clone(at::MemoryFormat::Contiguous);
}

Tensor from_images(std::span<const image::Image> images) {
  return from_bytes(samples_of(images));
}

Tensor with_channels(const Tensor& images, std::int64_t channels) {
  if (images.size(1) == channels) return images;
  if (channels == 1) return images.mean(1, /*keepdim=*/true);
  return images.expand({images.size(0), channels, images.size(2), images.size(3)});
}

std::vector<image::Image> to_images(const Tensor& images, int bits) {
  const Tensor wide = images.detach().to(at::kFloat);
  const Tensor samples = bits == 16 ? wide.mul(32767.5).add_(32768).clamp_(0, 65535).to(at::kInt).to(at::kShort)
                                    : wide.mul(127.5).add_(128).clamp_(0, 255).to(at::kByte);
  const Tensor rows = samples.permute({0, 2, 3, 1}).contiguous().cpu();
  const auto count = rows.size(0), height = rows.size(1), width = rows.size(2), channels = rows.size(3);
  std::vector<image::Image> out;
  const auto* data = static_cast<const std::uint8_t*>(rows.data_ptr());
  for (std::int64_t i = 0; i < count; ++i) {
    image::Image image(static_cast<int>(width), static_cast<int>(height), static_cast<int>(channels), bits);
    std::copy_n(data, image.pixels.size(), image.pixels.begin());
    data += image.pixels.size();
    out.push_back(std::move(image));
  }
  return out;
}

}  // namespace ganymede::models
