// How images of other sizes come to the one that is asked for.
#include "data/fixtures.h"
#include "ganymede/data/decorators.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;

/// Four columns of 10, 20, 30, 40, two rows.
image::Image columns() {
  image::Image image(4, 2, 1);
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 4; ++x) *image.at(x, y) = static_cast<std::uint8_t>(10 * (x + 1));
  }
  return image;
}

TEST(Fit, CropTakesTheMiddle) {
  EXPECT_EQ(fitted(columns(), 2, Fit::kCrop, 0).pixels, (std::vector<std::uint8_t>{20, 30, 20, 30}));
  EXPECT_EQ(fitted(columns(), {2, 3}, Fit::kCrop, 0).pixels, (std::vector<std::uint8_t>{10, 20, 30, 10, 20, 30}));
  EXPECT_EQ(fitted(columns(), {4, 2}, Fit::kCrop, 0).width, 2);
}

TEST(Fit, PadKeepsAllAndAddsWhite) {
  const auto padded = fitted(columns(), 4, Fit::kPad, 0);
  EXPECT_EQ(padded.pixels,
            (std::vector<std::uint8_t>{255, 255, 255, 255, 10, 20, 30, 40, 10, 20, 30, 40, 255, 255, 255, 255}));
  const auto tall = fitted(columns(), {3, 4}, Fit::kPad, 3);
  EXPECT_EQ(tall.channels, 3);
  EXPECT_EQ(*tall.at(0, 0), 10) << "the odd row of white goes below";
  EXPECT_EQ(*tall.at(0, 2), 255);
}

TEST(Fit, StretchKeepsTheEdges) {
  const auto stretched = fitted(columns(), {4, 4}, Fit::kStretch, 0);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) EXPECT_EQ(*stretched.at(x, y), 10 * (x + 1));
  }
}

TEST(Fit, RectanglesAreOpenedAsAskedFor) {
  const TemporaryFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "cache");
  write_folder(folder / "set", {{"1.png", png(12, 8, {50})}, {"2.png", png(8, 12, {60})}});
  DatasetOptions options;
  options.name = "folder";
  options.path = folder / "set";
  options.size = {4, 6};
  for (const Fit fit : {Fit::kCrop, Fit::kStretch, Fit::kPad}) {
    options.fit = fit;
    const auto set = open_dataset(options);
    EXPECT_EQ(set->info().height, 4);
    EXPECT_EQ(set->info().width, 6);
    EXPECT_THAT(pixels_of(*set, 0), Each(50));
    EXPECT_EQ(pixels_of(*set, 1)[0], fit == Fit::kPad ? 255 : 60);
    EXPECT_THAT(set->info().notes, Contains(HasSubstr("images are of 2 sizes")));
  }
  options.name = "shapes";
  options.path.clear();
  options.count = 3;
  options.size = {16, 24};
  EXPECT_EQ(open_dataset(options)->info().width, 24) << "whatever the source";
}

}  // namespace
}  // namespace ganymede::data
