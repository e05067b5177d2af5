#include "ganymede/image/decode.h"

#include <zlib.h>

#include <cmath>
#include <cstdlib>

#include "image/fixtures.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using test::fixture;
using testing::HasSubstr;

Image decoded(std::string_view name) {
  return decode(fixture(name), "file");
}

/// The largest difference between two images of the same shape.
int largest_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.channels, b.channels);
  EXPECT_EQ(a.pixels.size(), b.pixels.size());
  int largest = 0;
  for (size_t i = 0; i < std::min(a.pixels.size(), b.pixels.size()); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

/// What flattening onto white must give.
Image on_white(Image image) {
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const double alpha = test::alpha_pattern(x) / 255.0;
      for (int c = 0; c < image.channels; ++c) {
        std::uint8_t& value = image.at(x, y)[c];
        value = static_cast<std::uint8_t>(std::lround(value * alpha + 255 * (1 - alpha)));
      }
    }
  }
  return image;
}

TEST(Decode, ReadsLosslessFilesExactly) {
  for (const char* name : {"png_rgb", "png_interlaced", "webp_lossless"}) {
    EXPECT_EQ(largest_difference(decoded(name), test::rgb_pattern()), 0) << name;
  }
}

TEST(Decode, KeepsGreyAsOneChannel) {
  for (const char* name : {"png_grey", "png_grey_linear_gamma"}) {
    EXPECT_EQ(largest_difference(decoded(name), test::grey_pattern()), 0) << name;
  }
  EXPECT_LE(largest_difference(decoded("jpeg_grey"), test::grey_pattern()), 6);
}

TEST(Decode, TakesSixteenBitsToTheNearestEight) {
  EXPECT_EQ(largest_difference(decoded("png_rgb_16"), test::rgb_pattern()), 0);
  EXPECT_EQ(largest_difference(decoded("png_grey_16"), test::grey_pattern()), 0);
}

TEST(Decode, FlattensAlphaOntoWhite) {
  EXPECT_LE(largest_difference(decoded("png_rgba"), on_white(test::rgb_pattern())), 1);
  EXPECT_LE(largest_difference(decoded("png_grey_alpha"), on_white(test::grey_pattern())), 1);
  EXPECT_LE(largest_difference(decoded("webp_alpha"), on_white(test::rgb_pattern())), 1);
}

TEST(Decode, LooksPalettesUp) {
  const Image plain = decoded("png_palette"), clear = decoded("png_palette_clear");
  ASSERT_EQ(plain.channels, 3);
  ASSERT_EQ(clear.channels, 3);
  for (int y = 0; y < plain.height; ++y) {
    for (int x = 0; x < plain.width; ++x) {
      const int i = (x + y) % 16;
      EXPECT_EQ(plain.at(x, y)[0], i * 16);
      EXPECT_EQ(plain.at(x, y)[1], 255 - i * 16);
      EXPECT_EQ(plain.at(x, y)[2], i * 40 % 256);
      for (int c = 0; c < 3; ++c) EXPECT_EQ(clear.at(x, y)[c], i == 0 ? 255 : plain.at(x, y)[c]);
    }
  }
}

TEST(Decode, SpreadsSingleBits) {
  const Image image = decoded("png_bits");
  ASSERT_EQ(image.channels, 1);
  for (int x = 0; x < image.width; ++x) EXPECT_EQ(*image.at(x, 3), (x + 3) % 2 * 255);
}

TEST(Decode, ReadsLossyFilesClosely) {
  EXPECT_LE(largest_difference(decoded("jpeg_rgb"), test::rgb_pattern()), 25);  // halved colour resolution
  EXPECT_LE(largest_difference(decoded("jpeg_progressive"), test::rgb_pattern()), 8);
  EXPECT_LE(largest_difference(decoded("webp_lossy"), test::rgb_pattern()), 30);
}

TEST(Decode, TurnsInkIntoLight) {
  EXPECT_LE(largest_difference(decoded("jpeg_cmyk"), test::rgb_pattern()), 12);

  // The same file without Adobe's mark is the same image: inks are stored as their complement all the same.
  Bytes plain = fixture("jpeg_cmyk");
  for (size_t i = 2; i + 1 < plain.size(); ++i) {
    if (plain[i] == 0xFF && plain[i + 1] == 0xEE) {
      plain[i + 1] = 0xEC;  // an application marker without a meaning
      break;
    }
  }
  EXPECT_EQ(largest_difference(decode(plain, "file"), decoded("jpeg_cmyk")), 0);
}

TEST(Decode, StoredSamplesAreTakenWhateverGammaSays) {
  for (const std::uint32_t gamma : {100000u, 45455u, 22727u}) {
    const std::string_view content("\0\0\0\4gAMA", 8);
    Bytes chunk(content.begin(), content.end());
    for (int shift = 24; shift >= 0; shift -= 8) chunk.push_back(static_cast<std::uint8_t>(gamma >> shift));
    const auto sum = static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, 8));
    for (int shift = 24; shift >= 0; shift -= 8) chunk.push_back(static_cast<std::uint8_t>(sum >> shift));
    for (const char* name : {"png_rgb", "png_grey", "png_palette"}) {
      Bytes png = fixture(name);
      png.insert(png.begin() + 33, chunk.begin(), chunk.end());
      EXPECT_EQ(decode(png, "file").pixels, decoded(name).pixels) << name << " gamma " << gamma;
    }
  }
}

TEST(Decode, SaysWhichKindsOfJpegItDoesNotRead) {
  Bytes jpeg = fixture("jpeg_grey");
  for (size_t i = 2; i + 4 < jpeg.size(); ++i) {
    if (jpeg[i] != 0xFF || jpeg[i + 1] != 0xC0) continue;
    jpeg[i + 1] = 0xC1, jpeg[i + 4] = 12;
    EXPECT_THAT(error_of([&] { decode(jpeg, "scan.jpg"); }),
                HasSubstr("scan.jpg: a JPEG with 12 bits a sample is not supported"));
    jpeg[i + 1] = 0xC3, jpeg[i + 4] = 8;
    EXPECT_THAT(error_of([&] { decode(jpeg, "scan.jpg"); }), HasSubstr("lossless"));
    return;
  }
  FAIL() << "no start of frame";
}

TEST(Decode, OfAnAnimationTheFirstFrame) {
  FileFacts facts;
  const Image image = decode(fixture("webp_animation"), "file", &facts);
  EXPECT_TRUE(facts.animated);
  EXPECT_EQ(image.width, 12);
  EXPECT_EQ(image.channels, 3);
}

TEST(Decode, RefusesOtherFiles) {
  const auto refuse = [](std::string_view text) {
    return error_of([&] { decode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "cat.gif"); });
  };
  EXPECT_THAT(refuse("once upon a time"), HasSubstr("not an image that is read (PNG, JPEG"));
  EXPECT_THAT(refuse("RIFF....WAVE"), HasSubstr("not an image that is read"));
  EXPECT_THAT(refuse(""), HasSubstr("empty"));
}

TEST(ToChannels, UsesTheLumaWeights) {
  Image image(4, 1, 3);
  image.pixels = {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255};
  EXPECT_THAT(to_channels(image, 1).pixels, testing::ElementsAre(76, 150, 29, 255));
  Image grey(2, 1, 1);
  grey.pixels = {7, 200};
  EXPECT_THAT(to_channels(grey, 3).pixels, testing::ElementsAre(7, 7, 7, 200, 200, 200));
  EXPECT_EQ(to_channels(grey, 1).pixels, grey.pixels);
  EXPECT_THAT(error_of([&] { to_channels(grey, 2); }), HasSubstr("not 2"));
}

}  // namespace
}  // namespace ganymede::image
