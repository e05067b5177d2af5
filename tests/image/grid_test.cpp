#include "ganymede/image/grid.h"

#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using testing::HasSubstr;

Image plain(int width, int height, int channels, std::uint8_t value) {
  Image image(width, height, channels);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

TEST(Grid, PlacesImagesInRows) {
  std::vector<Image> images;
  for (int i = 0; i < 5; ++i) images.push_back(plain(4, 3, 1, static_cast<std::uint8_t>(10 * i)));
  const Image sheet = grid(images, 3, 2);
  EXPECT_EQ(sheet.width, 3 * 6 + 2);
  EXPECT_EQ(sheet.height, 2 * 5 + 2);
  EXPECT_EQ(sheet.channels, 1);
  EXPECT_EQ(*sheet.at(2, 2), 0);
  EXPECT_EQ(*sheet.at(8, 2), 10);
  EXPECT_EQ(*sheet.at(11, 9), 40);
  EXPECT_GE(*sheet.at(0, 0), 240);   // the padding
  EXPECT_GE(*sheet.at(16, 9), 240);  // the empty place at the end
}

TEST(Grid, PutsPairsOverEachOther) {
  std::vector<Image> above, below;
  for (int i = 0; i < 5; ++i) {
    above.push_back(plain(4, 4, 3, static_cast<std::uint8_t>(10 + i)));
    below.push_back(plain(4, 4, 1, static_cast<std::uint8_t>(100 + i)));
  }
  const Image sheet = pair_grid(above, below, 3);
  EXPECT_EQ(sheet.width, 3 * 6 + 2);
  EXPECT_EQ(sheet.height, 4 * 6 + 2);
  for (int i = 0; i < 5; ++i) {
    const int x = 2 + i % 3 * 6, y = 2 + i / 3 * 12;
    EXPECT_EQ(*sheet.at(x, y), 10 + i);
    EXPECT_EQ(*sheet.at(x, y + 6), 100 + i);
  }
  EXPECT_GE(*sheet.at(14, 14), 240);  // nothing beside the fifth pair
  EXPECT_EQ(pair_grid(std::span(above).first(2), std::span(below).first(2), 3).width, 2 * 6 + 2);
  EXPECT_THAT(error_of([&] { pair_grid(above, std::span(below).first(2), 3); }), HasSubstr("cannot stand above"));
}

TEST(Grid, HasNoMoreColumnsThanImages) {
  const std::vector<Image> images(2, plain(4, 4, 3, 0));
  EXPECT_EQ(grid(images, 8, 0).width, 8);
}

TEST(Grid, TurnsGreyIntoColourBesideColour) {
  const std::vector<Image> images = {plain(2, 2, 1, 50), plain(2, 2, 3, 90)};
  const Image sheet = grid(images, 2, 0);
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(sheet.at(1, 1)[2], 50);
  EXPECT_EQ(sheet.at(2, 1)[2], 90);
}

TEST(Grid, RefusesWhatIsNoGrid) {
  EXPECT_THAT(error_of([] { grid({}, 3); }), HasSubstr("at least one"));
  const std::vector<Image> unequal = {plain(2, 2, 1, 0), plain(3, 2, 1, 0)};
  EXPECT_THAT(error_of([&] { grid(unequal, 2); }), HasSubstr("2 x 2 and 3 x 2"));
  EXPECT_THAT(error_of([&] { grid(std::span(unequal).first(1), 0); }), HasSubstr("0 columns"));
  EXPECT_THAT(error_of([&] { grid(std::span(unequal).first(1), 1, 1 << 30); }), HasSubstr("too large"));
}

TEST(Upscale, RepeatsPixels) {
  Image image(2, 1, 3);
  image.pixels = {1, 2, 3, 4, 5, 6};
  EXPECT_THAT(upscale(image, 2).pixels,
              testing::ElementsAre(1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6));
  EXPECT_THAT(error_of([&] { upscale(image, 0); }), HasSubstr("0 times"));
  EXPECT_THAT(error_of([&] { upscale(image, 1 << 30); }), HasSubstr("too large"));
}

}  // namespace
}  // namespace ganymede::image
