#include "ganymede/image/resize.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "ganymede/core/random.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

// What Pillow 13's resize(..., BILINEAR) makes of the top left parts of noise() below.
// clang-format off
constexpr std::uint8_t kSmaller[] = {147, 138, 131, 109, 135, 101, 119, 100, 135, 129, 106, 112, 119, 121, 116, 121,
    125, 146, 112, 101, 136, 88, 142, 148, 123, 143, 158, 153, 99, 123, 129, 82, 107, 134, 104, 109, 134, 121, 106,
    117, 142, 127, 121, 154, 142, 153, 116, 89, 134, 104, 116, 131, 110, 113, 117, 120, 118, 94, 95, 130, 132, 145,
    122, 148, 125, 119, 144, 136, 130, 127, 109, 112, 151, 129, 135, 109, 145, 130, 141, 130, 123, 90, 117, 162, 105,
    105, 134, 143, 118, 90, 143, 161, 111, 113, 145, 154, 144, 124, 151, 143, 140, 115, 140, 139, 138, 105, 129, 119,
    143, 169, 140, 103, 124, 146, 137, 94, 125, 109, 122, 116, 119, 114, 117, 145, 120, 101, 109, 125, 77, 147, 142,
    146, 128, 97, 147, 115, 145, 111, 102, 108, 130, 152, 92, 151, 161, 145, 155, 159, 145, 139, 160, 126, 122, 133,
    154, 97, 139, 130, 149, 145, 113, 148, 132, 130, 77, 109, 118, 149, 140, 100, 140, 147, 131, 115, 145, 133, 146,
    166, 125, 148, 138, 150, 144, 145, 125, 173, 96, 119, 131};
constexpr std::uint8_t kLarger[] = {175, 193, 206, 184, 194, 189, 210, 198, 140, 237, 202, 90, 135, 208, 75, 34, 213,
    59, 0, 215, 54, 163, 163, 201, 172, 166, 186, 197, 173, 144, 223, 181, 101, 139, 193, 87, 56, 205, 71, 27, 209,
    67, 131, 84, 187, 139, 90, 179, 162, 107, 155, 186, 124, 130, 149, 154, 117, 113, 182, 104, 100, 192, 100, 108,
    27, 174, 115, 34, 171, 136, 54, 160, 158, 75, 149, 156, 120, 140, 156, 165, 131, 155, 180, 128, 147, 121, 168,
    152, 115, 159, 170, 97, 132, 187, 78, 105, 144, 129, 112, 101, 180, 119, 86, 197, 121, 185, 215, 162, 189, 196,
    147, 203, 139, 104, 216, 81, 61, 131, 137, 84, 45, 194, 107, 17, 213, 114, 207, 220, 148, 197, 197, 139, 168, 132,
    112, 138, 66, 85, 110, 101, 99, 82, 136, 112, 73, 147, 116, 227, 211, 134, 201, 188, 132, 123, 119, 126, 44, 49,
    120, 88, 58, 120, 131, 67, 120, 146, 70, 120, 235, 208, 128, 203, 184, 129, 106, 114, 131, 9, 43, 133, 80, 42,
    128, 150, 41, 123, 174, 41, 121};
constexpr std::uint8_t kMixed[] = {155, 160, 173, 170, 123, 81, 92, 102, 125, 148, 124, 85, 68, 208, 194, 162, 136,
    132, 129, 126, 123, 128, 135, 125, 109, 103, 87, 95, 115, 119, 74, 37, 87, 136, 97, 50, 77, 130, 152};
// clang-format on

constexpr int kNoiseWidth = 23, kNoiseHeight = 17;

/// The top left of fixed noise; one channel is its red.
Image noise(int width = kNoiseWidth, int height = kNoiseHeight, int channels = 3) {
  Image image(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        image.at(x, y)[c] = static_cast<std::uint8_t>(mix64(static_cast<std::uint64_t>((y * kNoiseWidth + x) * 3 + c)));
      }
    }
  }
  return image;
}

void expect_close(const Image& image, std::span<const std::uint8_t> expected) {
  ASSERT_EQ(image.pixels.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_LE(std::abs(image.pixels[i] - expected[i]), 1) << i;
}

TEST(Resize, AgreesWithPillow) {
  expect_close(resize(noise(), 9, 7), kSmaller);
  expect_close(resize(noise(3, 4), 7, 9), kLarger);
  expect_close(resize(noise(6, 8, 1), 13, 3), kMixed);
}

TEST(Resize, KeepsAFlatImageFlat) {
  Image flat(33, 21, 3);
  std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t{201});
  for (const auto& [width, height] : {std::pair{1, 1}, {5, 4}, {33, 50}, {200, 3}, {64, 64}}) {
    const Image result = resize(flat, width, height);
    EXPECT_EQ(result.width, width);
    EXPECT_EQ(result.height, height);
    EXPECT_TRUE(std::all_of(result.pixels.begin(), result.pixels.end(), [](int value) { return value == 201; }));
  }
}

TEST(Resize, AveragesFineStripesInsteadOfSkipping) {
  Image stripes(64, 64, 1);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) *stripes.at(x, y) = x % 2 == 0 ? 0 : 255;
  }
  for (const int value : resize(stripes, 8, 8).pixels) EXPECT_NEAR(value, 128, 8);
}

TEST(Resize, LeavesTheSameSizeAlone) {
  EXPECT_EQ(resize(noise(), kNoiseWidth, kNoiseHeight).pixels, noise().pixels);
}

TEST(Resize, RefusesEmptySizes) {
  EXPECT_THAT(test::error_of([] { resize(noise(), 0, 3); }), testing::HasSubstr("23 x 17 pixels to 0 x 3"));
  EXPECT_THAT(test::error_of([] { resize(Image(), 2, 2); }), testing::HasSubstr("0 x 0"));
}

TEST(CenterCrop, KeepsTheMiddle) {
  const Image wide = noise(10, 7), cropped = center_crop(wide, 1, 1);
  ASSERT_EQ(cropped.width, 7);
  ASSERT_EQ(cropped.height, 7);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(cropped.at(6, 6)[c], wide.at(7, 6)[c]);
  const Image tall = noise(4, 8, 1), square = center_crop(tall, 1, 1);
  ASSERT_EQ(square.height, 4);
  EXPECT_EQ(*square.at(0, 0), *tall.at(0, 2));
  EXPECT_EQ(center_crop(square, 1, 1).pixels, square.pixels);
}

}  // namespace
}  // namespace ganymede::image
