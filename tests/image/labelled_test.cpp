#include "ganymede/image/grid.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using testing::HasSubstr;

Image plain(int width, int height, std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  Image image(width, height, 3);
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    image.pixels[i] = red, image.pixels[i + 1] = green, image.pixels[i + 2] = blue;
  }
  return image;
}

int count_of(const Image& sheet, int red, int green, int blue) {
  int count = 0;
  for (size_t i = 0; i < sheet.pixels.size(); i += 3) {
    count += sheet.pixels[i] == red && sheet.pixels[i + 1] == green && sheet.pixels[i + 2] == blue;
  }
  return count;
}

int count_of_dark(const Image& sheet) {
  int count = 0;
  for (size_t i = 0; i < sheet.pixels.size(); i += 3) {
    count += sheet.pixels[i] < 100 && sheet.pixels[i + 1] < 100 && sheet.pixels[i + 2] < 100;
  }
  return count;
}

TEST(LabelledGrid, ShowsEveryImageEnlargedByAWholeFactor) {
  const LabelledRow rows[] = {{"red", {plain(10, 10, 200, 0, 0), plain(10, 10, 200, 0, 0)}},
                              {"blue", {plain(10, 10, 0, 0, 200)}}};
  const Image sheet = labelled_grid(rows);  // 48 pixels ask for a factor of 5
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(count_of(sheet, 200, 0, 0), 2 * 50 * 50);
  EXPECT_EQ(count_of(sheet, 0, 0, 200), 50 * 50);
  EXPECT_GT(count_of_dark(sheet), 50);  // the names
}

TEST(LabelledGrid, MakesRoomForATitleAndKeepsHostileNamesOut) {
  const std::string longest(5000, 'w');
  const LabelledRow rows[] = {{longest, {plain(64, 64, 200, 0, 0)}}, {"\xff\xfe <b>", {plain(64, 64, 0, 0, 200)}}};
  const Image without = labelled_grid(rows), with = labelled_grid(rows, "classes");
  EXPECT_GT(with.height, without.height);
  EXPECT_LT(with.width, 600);
  EXPECT_EQ(count_of(with, 200, 0, 0), 64 * 64);
}

TEST(LabelledGrid, ItsPaperReachesTheLastColumn) {
  const LabelledRow rows[] = {{"", {plain(8, 8, 200, 0, 0)}}};
  for (std::string title = "a title that is wider than the images"; title.size() < 60; title += 'i') {
    const Image sheet = labelled_grid(rows, title);
    const auto pixel = [&](int x) { return std::vector(&sheet.pixels[3 * x], &sheet.pixels[3 * x] + 3); };
    EXPECT_EQ(pixel(sheet.width - 1), pixel(0)) << title;
  }
}

TEST(LabelledGrid, TakesGreyImagesAndNoNames) {
  Image grey(8, 8, 1);
  std::fill(grey.pixels.begin(), grey.pixels.end(), std::uint8_t{77});
  const LabelledRow rows[] = {{"", {grey}}};
  EXPECT_EQ(count_of(labelled_grid(rows, "", 8), 77, 77, 77), 64);
}

TEST(LabelledGrid, CaptionsStandBelowTheirImages) {
  LabelledRow row{"", {plain(64, 64, 200, 0, 0), plain(64, 64, 0, 0, 200)}};
  const Image without = labelled_grid(std::span(&row, 1));
  EXPECT_EQ(count_of_dark(without), 0);
  row.captions = {"", "mean of all, and longer than its image"};
  const Image with = labelled_grid(std::span(&row, 1));
  EXPECT_EQ(with.width, without.width);
  EXPECT_GT(with.height, without.height);
  EXPECT_GT(count_of_dark(with), 10);
  EXPECT_EQ(count_of(with, 200, 0, 0), 64 * 64) << "nothing stands on an image";
}

TEST(UnderNames, ColumnsKeepTheirPixelsAndGetNames) {
  const Image images[] = {plain(32, 32, 200, 0, 0), plain(32, 32, 0, 0, 200)};
  const Image sheet = grid(images, 2);
  const std::string names[] = {"airplane", std::string(500, 'w')};
  const Image named = under_names(sheet, names, 32);
  EXPECT_EQ(named.width, sheet.width);
  EXPECT_GT(named.height, sheet.height + 40);
  EXPECT_LT(named.height, sheet.height + 140);
  EXPECT_EQ(count_of(named, 200, 0, 0), 32 * 32);
  EXPECT_GT(count_of_dark(named), 20);
}

TEST(LabelledGrid, RefusesUnequalImagesAndNone) {
  EXPECT_THAT(error_of([] { labelled_grid({}); }), HasSubstr("at least one"));
  const LabelledRow rows[] = {{"a", {plain(4, 4, 0, 0, 0)}}, {"b", {plain(5, 4, 0, 0, 0)}}};
  EXPECT_THAT(error_of([&] { labelled_grid(rows); }), HasSubstr("4 x 4 and 5 x 4"));
  const LabelledRow endless[] = {{"a", std::vector<Image>(700, plain(1, 1, 0, 0, 0))}};
  EXPECT_THAT(error_of([&] { labelled_grid(endless); }), HasSubstr("too large to draw"));
}

TEST(SideBySide, KeepsEveryPixelOfItsPanels) {
  const std::pair<std::string, Image> panels[] = {{"real", plain(90, 60, 200, 0, 0)},
                                                  {"generated", plain(30, 80, 0, 0, 200)}};
  const Image figure = side_by_side(panels);
  EXPECT_EQ(count_of(figure, 200, 0, 0), 90 * 60);
  EXPECT_EQ(count_of(figure, 0, 0, 200), 30 * 80);
  EXPECT_GT(count_of_dark(figure), 50);
  EXPECT_THAT(error_of([] { side_by_side({}); }), HasSubstr("at least one"));
}

}  // namespace
}  // namespace ganymede::image
