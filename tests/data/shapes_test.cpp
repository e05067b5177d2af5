#include "ganymede/data/shapes.h"

#include <set>
#include <thread>

#include "ganymede/core/hash.h"
#include "ganymede/data/shape_attribution.h"
#include "ganymede/image/decode.h"
#include "support/support.h"

namespace ganymede::data {
namespace {

using test::error_of;
using testing::HasSubstr;

std::vector<std::uint8_t> pixels_of(const Dataset& dataset, std::size_t index) {
  std::vector<std::uint8_t> pixels(dataset.image_bytes());
  dataset.read(index, pixels);
  return pixels;
}

DatasetOptions options(std::size_t count = 0, int size = 0, int channels = 0, std::vector<std::string> splits = {},
                       std::uint64_t seed = 0) {
  DatasetOptions result;
  result.name = "shapes";
  result.count = count;
  result.size = size;
  result.channels = channels;
  result.splits = std::move(splits);
  result.seed = seed;
  return result;
}

std::string as_text(const image::Image& image) {
  return {image.pixels.begin(), image.pixels.end()};
}

TEST(Shapes, HasTenBalancedNamedClasses) {
  const auto dataset = open_shapes(options());
  EXPECT_EQ(dataset->size(), kShapesTrain);
  EXPECT_EQ(dataset->info().classes.size(), 10u);
  EXPECT_EQ(std::set<std::string>(shape_names().begin(), shape_names().end()).size(), 10u);
  EXPECT_EQ(dataset->info().width, 32);
  EXPECT_EQ(dataset->info().height, 32);
  EXPECT_EQ(dataset->info().channels, 3);
  EXPECT_THAT(dataset->info().splits, testing::ElementsAre("train"));
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(dataset->label(i), static_cast<int>(i % 10));
}

TEST(Shapes, IsAPureFunctionOfItsOptions) {
  const auto one = open_shapes(options(40)), two = open_shapes(options(1000));
  EXPECT_EQ(pixels_of(*one, 17), pixels_of(*two, 17));
  EXPECT_EQ(pixels_of(*one, 17), render_shape(0, "train", 17).pixels);
  EXPECT_EQ(one->info().checksum, open_shapes(options(40))->info().checksum);
  for (const auto& other :
       {options(41), options(40, 33), options(40, 0, 1), options(40, 0, 0, {"test"}), options(40, 0, 0, {}, 1)}) {
    EXPECT_NE(one->info().checksum, open_shapes(other)->info().checksum);
  }
}

TEST(Shapes, AreTheSameWhateverCompiledThem) {
  std::string pixels;
  for (std::uint64_t i = 0; i < 20; ++i) pixels += as_text(render_shape(0, "train", i, 8));
  EXPECT_EQ(text_digest(pixels), "b0606b4bda63292e5a6a92e771b88fcee00997d2ab85795f9a744921a18fef57");
}

TEST(Shapes, ShowsNoImageTwice) {
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 500; ++i) {
    for (const char* split : {"train", "test"}) seen.insert(as_text(render_shape(0, split, i)));
    seen.insert(as_text(render_shape(1, "train", i)));
  }
  EXPECT_EQ(seen.size(), 1500u);
}

TEST(Shapes, RendersAnySizeAndGrey) {
  for (const int size : {16, 33, 64, 256}) {
    const auto colour = open_shapes(options(10, size)), grey = open_shapes(options(10, size, 1));
    EXPECT_EQ(colour->image_bytes(), static_cast<std::size_t>(size) * size * 3);
    image::Image image(size, size, 3);
    colour->read(3, image.pixels);
    EXPECT_EQ(pixels_of(*grey, 3), image::to_channels(image, 1).pixels);
  }
}

TEST(Shapes, FillRectanglesOfAnyShape) {
  for (const ImageSize size : {ImageSize(32, 48), ImageSize(48, 32), ImageSize(32, 80)}) {
    int right = 0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      const auto image = render_shape(3, "train", i, size);
      EXPECT_EQ(image.height, size.height);
      EXPECT_EQ(image.width, size.width);
      right += attribute_shape(image).label == static_cast<int>(i % kShapeClasses) ? 1 : 0;
    }
    EXPECT_GE(right, 190) << size.text() << ": the shape itself is not stretched";
  }
  EXPECT_EQ(render_shape(3, "train", 5, {32, 32}).pixels, render_shape(3, "train", 5, 32).pixels);
}

TEST(Shapes, StandsOutFromItsGroundAndKeepsOffTheEdge) {
  for (std::uint64_t i = 0; i < 500; ++i) {
    const image::Image grey = image::to_channels(render_shape(2, "train", i), 1);
    const auto [low, high] = std::minmax_element(grey.pixels.begin(), grey.pixels.end());
    EXPECT_GT(*high - *low, 50) << i;
    for (int y = 1; y < 32; ++y) {  // only the soft gradient along the border
      EXPECT_LE(std::abs(*grey.at(0, y) - *grey.at(0, y - 1)), 4) << i;
      EXPECT_EQ(*grey.at(0, y), *grey.at(31, y)) << i;
    }
  }
}

TEST(Shapes, JoinsSplits) {
  const auto both = open_shapes(options(0, 0, 0, {"train", "test"}));
  EXPECT_EQ(both->size(), kShapesTrain + kShapesTest);
  EXPECT_EQ(pixels_of(*both, kShapesTrain + 4), render_shape(0, "test", 4).pixels);
  EXPECT_EQ(open_shapes(options(31, 0, 0, {"train", "test"}))->size(), 31u);
}

TEST(Shapes, RefusesWhatItCannotRender) {
  EXPECT_THAT(error_of([] { open_shapes(options(0, 8)); }), HasSubstr("16 to 256"));
  EXPECT_THAT(error_of([] { open_shapes(options(0, 300)); }), HasSubstr("16 to 256"));
  EXPECT_THAT(error_of([] { open_shapes(options(1'000'000'000)); }), HasSubstr("1,000,000,000 images are too many"));
  EXPECT_THAT(error_of([] { open_shapes(options(0, 0, 2)); }), HasSubstr("2 channels"));
  EXPECT_THAT(error_of([] { open_shapes(options(0, 0, 0, {"tset"})); }), HasSubstr("'test'"));
  const auto dataset = open_shapes(options(5));
  std::vector<std::uint8_t> pixels(dataset->image_bytes());
  EXPECT_THAT(error_of([&] { dataset->read(5, pixels); }), HasSubstr("no such image"));
  pixels.pop_back();
  EXPECT_THAT(error_of([&] { dataset->read(0, pixels); }), HasSubstr("3,072 bytes"));
}

TEST(Shapes, MayBeReadFromSeveralThreads) {
  const auto dataset = open_shapes(options(200));
  std::vector<std::vector<std::uint8_t>> found(200);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < found.size(); i += 4) found[i] = pixels_of(*dataset, i);
      });
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], render_shape(0, "train", i).pixels);
}

}  // namespace
}  // namespace ganymede::data
