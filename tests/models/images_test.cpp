#include "ganymede/models/images.h"

#include <numeric>

#include "ganymede/image/depth.h"
#include "support/support.h"

namespace ganymede::models {
namespace {

TEST(Images, EveryPixelValueComesBack) {
  std::vector<std::uint8_t> pixels(2 * 8 * 16 * 3);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  for (const auto type : {at::kFloat, at::kDouble}) {
    const Tensor x = from_pixels(pixels, 2, 8, 16, 3, torch::kCPU, type);
    EXPECT_EQ(x.sizes().vec(), (std::vector<std::int64_t>{2, 3, 8, 16}));
    EXPECT_TRUE(x.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_EQ(x.scalar_type(), type);
    EXPECT_EQ(x.min().item<double>(), -1);
    EXPECT_EQ(x.max().item<double>(), 1);
    const auto images = to_images(x);
    ASSERT_EQ(images.size(), 2u);
    EXPECT_EQ(images[0].width, 16);
    EXPECT_EQ(images[0].height, 8);
    std::vector<std::uint8_t> back = images[0].pixels;
    back.insert(back.end(), images[1].pixels.begin(), images[1].pixels.end());
    EXPECT_EQ(back, pixels);
  }
}

TEST(Images, PlacesChannelsRowsAndColumns) {
  std::vector<std::uint8_t> pixels(4 * 5 * 3);
  pixels[(2 * 5 + 3) * 3 + 1] = 255;
  const Tensor x = from_pixels(pixels, 1, 4, 5, 3, torch::kCPU, at::kFloat);
  EXPECT_EQ(x[0][1][2][3].item<float>(), 1);
  EXPECT_EQ(x.sum().item<float>(), -58);
  const auto grey = to_images(torch::zeros({1, 1, 4, 5}));
  EXPECT_EQ(grey[0].channels, 1);
  EXPECT_EQ(grey[0].pixels, std::vector<std::uint8_t>(20, 128));
}

TEST(Images, EverySampleOfSixteenBitsComesBack) {
  image::Image image(16, 512, 8, 16);
  for (int i = 0; i < 65536; ++i) image::put_sample16(image.pixels.data() + 2 * i, static_cast<std::uint16_t>(i));
  const Tensor x = from_images(std::vector{image, image});
  EXPECT_EQ(x.sizes().vec(), (std::vector<std::int64_t>{2, 8, 512, 16}));
  EXPECT_EQ(x.min().item<double>(), -1);
  EXPECT_EQ(x.max().item<double>(), 1);
  const auto back = to_images(x, 16);
  EXPECT_EQ(back[1].pixels, image.pixels);
  EXPECT_EQ(to_images(x)[0].bits, 8);
  EXPECT_EQ(levels(samples_of(std::vector{image})).max().item<float>(), 255);
}

TEST(Images, ClampWhatIsOutside) {
  const auto image = to_images(torch::tensor({-5.0f, -1.0f, 1.0f, 7.0f}).reshape({1, 1, 2, 2}));
  EXPECT_EQ(image[0].pixels, (std::vector<std::uint8_t>{0, 0, 255, 255}));
}

}  // namespace
}  // namespace ganymede::models
