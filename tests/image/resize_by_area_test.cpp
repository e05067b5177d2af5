#include "ganymede/image/resize_by_area.h"

#include "support/support.h"

namespace ganymede::image {
namespace {

Image of(int width, int height, std::vector<std::uint8_t> pixels) {
  Image image(width, height, 1);
  image.pixels = std::move(pixels);
  return image;
}

TEST(ResizeByArea, AveragesWhatEachPixelCovers) {
  EXPECT_EQ(resize_by_area(of(4, 2, {0, 100, 40, 80, 20, 80, 60, 100}), 2, 1).pixels,
            (std::vector<std::uint8_t>{50, 70}));
  // Two of three pixels: the middle one belongs to both, by half.
  EXPECT_EQ(resize_by_area(of(3, 1, {30, 90, 210}), 2, 1).pixels, (std::vector<std::uint8_t>{50, 170}));
  EXPECT_EQ(resize_by_area(of(2, 2, {1, 2, 3, 4}), 2, 2).pixels, (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST(ResizeByArea, KeepsColoursApart) {
  Image image(2, 1, 3);
  image.pixels = {10, 20, 30, 20, 40, 60};
  EXPECT_EQ(resize_by_area(image, 1, 1).pixels, (std::vector<std::uint8_t>{15, 30, 45}));
}

TEST(ResizeByArea, InterpolatesWhatGrows) {
  EXPECT_EQ(resize_by_area(of(1, 2, {10, 30}), 3, 1).pixels, (std::vector<std::uint8_t>{20, 20, 20}));
  EXPECT_THAT(test::error_of([] { resize_by_area(Image(1, 1, 1), 0, 1); }), testing::HasSubstr("cannot resize"));
}

}  // namespace
}  // namespace ganymede::image
