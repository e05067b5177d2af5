#include "ganymede/image/depth.h"

#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/image/npy.h"
#include "ganymede/image/resize.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using testing::HasSubstr;

/// Samples 0, step, 2 step, ... of 16 bits.
Image ramp(int width, int height, int channels, int step) {
  Image image(width, height, channels, 16);
  for (int i = 0; i < width * height * channels; ++i) {
    put_sample16(image.pixels.data() + 2 * i, static_cast<std::uint16_t>(i * step));
  }
  return image;
}

std::vector<int> samples(const Image& image) {
  std::vector<int> out;
  for (std::size_t i = 0; i < image.pixels.size(); i += 2) out.push_back(sample16(image.pixels.data() + i));
  return out;
}

TEST(Depth, EightBitsAreTheNearest) {
  Image image(4, 1, 1, 16);
  const int levels[] = {0, 128, 129, 65535};
  for (int i = 0; i < 4; ++i) put_sample16(image.at(i, 0), static_cast<std::uint16_t>(levels[i]));
  EXPECT_EQ(eight_bits(image).pixels, (std::vector<std::uint8_t>{0, 0, 1, 255}));
  const Image plain(2, 2, 3);
  EXPECT_EQ(eight_bits(plain).pixels, plain.pixels);
}

TEST(Depth, PeopleAreShownTheFirstChannels) {
  for (const auto& [channels, seen] : {std::pair{1, 1}, {2, 1}, {3, 3}, {4, 3}, {7, 3}}) {
    const Image image = ramp(2, 2, channels, 257), one = shown(image);
    EXPECT_EQ(one.channels, seen);
    EXPECT_EQ(one.bits, 8);
    for (int c = 0; c < seen; ++c) EXPECT_EQ(one.at(1, 1)[c], 3 * channels + c);
  }
}

TEST(Depth, SheetsTakeWhatCanBeShown) {
  const Image sheet = grid(std::vector<Image>{ramp(3, 2, 5, 100), ramp(3, 2, 5, 200)}, 2);
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(sheet.bits, 8);
  EXPECT_EQ(grid(std::vector<Image>{ramp(3, 2, 2, 100)}, 1).channels, 1);
}

TEST(Depth, PngsKeepSixteenBits) {
  const Image image = ramp(3, 2, 3, 3000);
  const Bytes png = encode_png(image);
  EXPECT_EQ(png[24], 16) << "IHDR's depth";
  EXPECT_EQ(decode(png, "memory").pixels, eight_bits(image).pixels);
}

TEST(Depth, FilesHoldWhatPngsCannot) {
  EXPECT_EQ(file_ending(Image(1, 1, 3)), std::string(".png"));
  EXPECT_EQ(file_ending(Image(1, 1, 4)), std::string(".npy"));
  const Image image = ramp(3, 2, 4, 2500);
  const Bytes one = encode_npy(image), two = encode_npy(std::vector<Image>{image, image});
  EXPECT_EQ(encode_file(image), one);
  const auto text = [](const Bytes& bytes) { return std::string(bytes.begin() + 10, bytes.begin() + 74); };
  EXPECT_THAT(text(one), HasSubstr("'descr': '<u2', 'fortran_order': False, 'shape': (2, 3, 4)"));
  EXPECT_EQ((one.size() - image.pixels.size()) % 64, 0u);
  EXPECT_TRUE(std::equal(image.pixels.begin(), image.pixels.end(), one.end() - static_cast<int>(image.pixels.size())));
  EXPECT_THAT(std::string(two.begin(), two.end()), HasSubstr("'shape': (2, 2, 3, 4)"));
  EXPECT_THAT(error_of([&] { encode_npy(std::vector<Image>{image, Image(3, 2, 4)}); }), HasSubstr("equally large"));
}

TEST(Depth, ResizingKeepsEveryBit) {
  const Image flat = ramp(6, 4, 1, 0);
  EXPECT_EQ(samples(resize(flat, 3, 2)), std::vector<int>(6, 0));
  Image image(4, 4, 5, 16);
  for (std::size_t i = 0; i < image.pixels.size(); i += 2) {
    put_sample16(image.pixels.data() + i, static_cast<std::uint16_t>(1001 + i / 2 % 5));
  }
  const auto small = samples(resize(image, 2, 3));
  for (std::size_t i = 0; i < small.size(); ++i) EXPECT_EQ(small[i], 1001 + static_cast<int>(i % 5));
  EXPECT_EQ(samples(center_crop(ramp(4, 2, 2, 1), 1, 1)), (std::vector<int>{2, 3, 4, 5, 10, 11, 12, 13}));
  EXPECT_EQ(samples(flip_left_right(ramp(2, 1, 3, 1))), (std::vector<int>{3, 4, 5, 0, 1, 2}));
  EXPECT_EQ(samples(on_white(ramp(1, 1, 1, 5), 1, 2)), (std::vector<int>{0, 65535}));
}

TEST(Depth, GreyAndColourBecomeEachOther) {
  Image grey(1, 1, 1, 16);
  put_sample16(grey.at(0, 0), 12345);
  const Image rgb = to_channels(grey, 3);
  EXPECT_EQ(samples(rgb), (std::vector<int>{12345, 12345, 12345}));
  EXPECT_EQ(samples(to_channels(rgb, 1)), std::vector<int>{12345});
  EXPECT_THAT(error_of([] { to_channels(Image(1, 1, 4), 3); }), HasSubstr("an image of 4 channels cannot get 3"));
}

}  // namespace
}  // namespace ganymede::image
