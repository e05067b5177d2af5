#include "ganymede/models/images.h"

namespace ganymede::models {

Tensor from_pixels(std::span<const std::uint8_t> pixels, std::int64_t count, std::int64_t height, std::int64_t width,
                   std::int64_t channels, const torch::Device& device, at::ScalarType type) {
  // from_blob does not own: the copy to f32 below happens before this returns.
  const Tensor bytes =
      torch::from_blob(const_cast<std::uint8_t*>(pixels.data()), {count, height, width, channels}, at::kByte);
  return from_bytes(bytes.to(device).permute({0, 3, 1, 2})).to(type);
}

Tensor from_bytes(const Tensor& images) {
  return images.to(at::kFloat).sub_(127.5).div_(127.5).contiguous(at::MemoryFormat::ChannelsLast);
}

Tensor from_images(std::span<const image::Image> images) {
  const image::Image& first = images.front();
  std::vector<std::uint8_t> pixels;
  for (const auto& image : images) pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
  return from_pixels(pixels, static_cast<std::int64_t>(images.size()), first.height, first.width, first.channels,
                     at::kCPU, at::kFloat);
}

Tensor with_channels(const Tensor& images, std::int64_t channels) {
  if (images.size(1) == channels) return images;
  if (channels == 1) return images.mean(1, /*keepdim=*/true);
  return images.expand({images.size(0), channels, images.size(2), images.size(3)});
}

std::vector<image::Image> to_images(const Tensor& images) {
  const Tensor bytes = images.detach()
                           .to(at::kFloat)
                           .mul(127.5)
                           .add_(128)
                           .clamp_(0, 255)
                           .to(at::kByte)
                           .permute({0, 2, 3, 1})
                           .contiguous()
                           .cpu();
  const auto count = bytes.size(0), height = bytes.size(1), width = bytes.size(2), channels = bytes.size(3);
  std::vector<image::Image> out;
  const auto* data = bytes.data_ptr<std::uint8_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    image::Image image(static_cast<int>(width), static_cast<int>(height), static_cast<int>(channels));
    std::copy_n(data + i * height * width * channels, image.pixels.size(), image.pixels.begin());
    out.push_back(std::move(image));
  }
  return out;
}

}  // namespace ganymede::models
