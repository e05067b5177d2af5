#include "ganymede/image/depth.h"

#include <fmt/format.h>
#include <zlib.h>

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
  FileFacts facts;
  const Image whole = decode(png, "memory", &facts, {.bits = 16});
  EXPECT_EQ(samples(whole), samples(image));
  EXPECT_EQ(facts.bits, 16);
  EXPECT_EQ(samples(decode(encode_png(ramp(3, 2, 1, 3000)), "memory", nullptr, {.bits = 16})),
            samples(ramp(3, 2, 1, 3000)));
}

/// A number in so many bytes, the highest first.
void put(Bytes& to, std::uint32_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) to.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

/// A PNG of 16 bits with transparency, which nothing here writes.
Bytes png_with_alpha(const Image& image) {
  Bytes rows, png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  for (int y = 0; y < image.height; ++y) {
    rows.push_back(0);
    for (int i = 0; i < image.width * image.channels; ++i) put(rows, sample16(image.at(0, y) + 2 * i), 2);
  }
  const auto chunk = [&](const std::string& kind, const Bytes& content) {
    Bytes body(kind.begin(), kind.end());
    body.insert(body.end(), content.begin(), content.end());
    put(png, static_cast<std::uint32_t>(content.size()), 4);
    png.insert(png.end(), body.begin(), body.end());
    put(png, static_cast<std::uint32_t>(crc32(0, body.data(), static_cast<uInt>(body.size()))), 4);
  };
  Bytes head;
  for (const int side : {image.width, image.height}) put(head, static_cast<std::uint32_t>(side), 4);
  for (const int byte : {16, image.channels == 4 ? 6 : 4, 0, 0, 0}) put(head, static_cast<std::uint32_t>(byte), 1);
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  Bytes packed(size);
  compress(packed.data(), &size, rows.data(), static_cast<uLong>(rows.size()));
  packed.resize(size);
  chunk("IHDR", head), chunk("IDAT", packed), chunk("IEND", {});
  return png;
}

/// Colours of one level with a transparency.
Image veiled(int channels, int level, int alpha) {
  Image image(2, 1, channels, 16);
  for (int i = 0; i < 2 * channels; ++i) {
    put_sample16(image.pixels.data() + 2 * i, static_cast<std::uint16_t>(i % channels + 1 < channels ? level : alpha));
  }
  return image;
}

TEST(Depth, TransparencyOfPngsIsWhiteUnlessItsChannelIsAskedFor) {
  for (const int channels : {2, 4}) {
    const Bytes png = png_with_alpha(veiled(channels, 1000, 32768));
    const Image white = decode(png, "memory", nullptr, {.bits = 16});
    EXPECT_EQ(white.channels, channels - 1);
    // (1000 * 32768 + 65535 * 32767) / 65535
    EXPECT_EQ(samples(white), std::vector<int>(static_cast<std::size_t>(2 * channels - 2), 33267));
    EXPECT_EQ(samples(decode(png, "memory", nullptr, {.bits = 16, .channels = channels})),
              samples(veiled(channels, 1000, 32768)));
    EXPECT_EQ(decode(png, "memory", nullptr, {.channels = channels}).pixels,
              eight_bits(veiled(channels, 1000, 32768)).pixels);
    EXPECT_THAT(error_of([&] { decode(png, "memory", nullptr, {.channels = 5}); }), HasSubstr("where 5 are asked for"));
  }
}

/// How a TIFF stores its samples.
struct TiffLayout {
  int photometric = 1, orientation = 1;  ///< 0 white is 0, 1 black is 0, 2 RGB, 5 inks
  int alpha = -1;                     ///< what the first further sample is: 0 nothing, 1 premultiplied, 2 transparency
  bool apart = false, tiled = false;  ///< channels one behind the other; tiles of 16 x 16
  int number = 0;                     ///< what samples are: 1 levels, 2 signed, 3 fractions; 0 does not say
};

/// An uncompressed TIFF of such samples, lowest byte first.
Bytes tiff(const Image& image, const TiffLayout& layout) {
  const int sample = image.bits / 8, planes = layout.apart ? image.channels : 1, together = image.channels / planes;
  const int side = layout.tiled ? 16 : 0, across = layout.tiled ? (image.width + 15) / 16 : 1;
  const int down = layout.tiled ? (image.height + 15) / 16 : (image.height + 2) / 3;  // strips of three rows
  Bytes out = {'I', 'I', 42, 0, 0, 0, 0, 0};
  std::vector<int> offsets, sizes;
  const auto number = [&](std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  for (int piece = 0; piece < planes * across * down; ++piece) {
    const int plane = piece / (across * down), place = piece % (across * down);
    const int height = layout.tiled ? side : std::min(3, image.height - 3 * place);
    const int width = layout.tiled ? side : image.width, top = place / across * (layout.tiled ? side : 3);
    offsets.push_back(static_cast<int>(out.size()));
    for (int y = top; y < top + height; ++y) {
      for (int x = place % across * side; x < place % across * side + width; ++x) {
        const bool inside = x < image.width && y < image.height;
        for (int b = 0; b < together * sample; ++b)
          out.push_back(inside ? image.at(x, y)[plane * together * sample + b] : 77);
      }
    }
    sizes.push_back(static_cast<int>(out.size()) - offsets.back());
  }
  // Tags of one number stand in the directory, lists before it.
  std::vector<std::array<std::size_t, 4>> tags;  // tag, bytes a number, how many, value or place
  const auto list = [&](int tag, int bytes, const std::vector<int>& values) {
    const std::size_t place = out.size();
    if (values.size() * static_cast<std::size_t>(bytes) > 4) {
      for (const int value : values) number(static_cast<std::size_t>(value), bytes);
    }
    const bool here = out.size() == place;
    std::size_t content = here ? 0 : place;
    for (std::size_t i = 0; here && i < values.size(); ++i)
      content |= static_cast<std::size_t>(values[i]) << (8 * bytes * static_cast<int>(i));
    tags.push_back({static_cast<std::size_t>(tag), static_cast<std::size_t>(bytes), values.size(), content});
  };
  list(256, 4, {image.width}), list(257, 4, {image.height});
  list(258, 2, std::vector<int>(static_cast<std::size_t>(image.channels), image.bits));
  list(259, 2, {1}), list(262, 2, {layout.photometric});
  if (!layout.tiled) list(273, 4, offsets);
  list(274, 2, {layout.orientation}), list(277, 2, {image.channels});
  if (!layout.tiled) list(278, 4, {3}), list(279, 4, sizes);
  list(284, 2, {layout.apart ? 2 : 1});
  if (layout.tiled) list(322, 4, {16}), list(323, 4, {16}), list(324, 4, offsets), list(325, 4, sizes);
  const int further = image.channels - (layout.photometric == 2 ? 3 : layout.photometric == 5 ? 4 : 1);
  std::vector<int> extras(layout.alpha >= 0 ? static_cast<std::size_t>(further) : 0);
  if (!extras.empty()) extras[0] = layout.alpha;
  if (!extras.empty()) list(338, 2, extras);
  if (layout.number > 0) list(339, 2, std::vector<int>(static_cast<std::size_t>(image.channels), layout.number));
  for (int i = 0; i < 4; ++i) out[4 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(out.size() >> (8 * i));
  number(tags.size(), 2);
  for (const auto& [tag, bytes, count, content] : tags) {
    number(tag, 2), number(bytes == 2 ? 3 : 4, 2), number(count, 4), number(content, 4);
  }
  number(0, 4);
  return out;
}

bool reads_tiff() {
  for (const auto& [name, built] : formats()) {
    if (std::string(name) == "TIFF") return built;
  }
  return false;
}

TEST(Depth, TiffsKeepSixteenBitsInEveryLayout) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  for (const int channels : {1, 3}) {
    const Image image = ramp(21, 19, channels, 37);
    for (const bool apart : {false, true}) {
      for (const bool tiled : {false, true}) {
        const Bytes file = tiff(image, {.photometric = channels == 3 ? 2 : 1, .apart = apart, .tiled = tiled});
        EXPECT_EQ(samples(decode(file, "memory", nullptr, {.bits = 16})), samples(image)) << channels << apart << tiled;
        EXPECT_EQ(decode(file, "memory").pixels, eight_bits(image).pixels) << "the nearest levels";
      }
    }
  }
  const Bytes white = tiff(ramp(3, 1, 1, 1000), {.photometric = 0});
  EXPECT_EQ(samples(decode(white, "memory", nullptr, {.bits = 16})), (std::vector<int>{65535, 64535, 63535}));
  const Bytes turned = tiff(ramp(3, 1, 1, 1000), {.orientation = 3});
  EXPECT_EQ(samples(decode(turned, "memory", nullptr, {.bits = 16})), (std::vector<int>{2000, 1000, 0}));
}

TEST(Depth, TiffsGiveAllTheirChannelsWhereTheseAreAskedFor) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  for (const int channels : {2, 4, 7, 16}) {
    const Image image = ramp(18, 5, channels, 11);
    for (const bool apart : {false, true}) {
      const Bytes file = tiff(image, {.apart = apart, .tiled = apart});
      EXPECT_EQ(samples(decode(file, "memory", nullptr, {16, channels})), samples(image)) << channels << apart;
      const Image low = decode(tiff(eight_bits(image), {.apart = apart}), "memory", nullptr, {8, channels});
      EXPECT_EQ(low.pixels, eight_bits(image).pixels);
    }
  }
  const Bytes bands = tiff(ramp(4, 4, 5, 11), {});
  FileFacts facts;
  EXPECT_EQ(decode(bands, "memory", &facts).channels, 1);
  EXPECT_EQ(facts.left_out, 4) << "which is said";
  decode(bands, "memory", &facts, {16, 5});
  EXPECT_EQ(facts.left_out, 0);
  EXPECT_THAT(error_of([&] { decode(bands, "memory", nullptr, {16, 4}); }), HasSubstr("has 5 channels where 4 are"));
  const Bytes cut(bands.begin(), bands.begin() + 30);
  EXPECT_THAT(error_of([&] { decode(cut, "memory", nullptr, {16, 5}); }), HasSubstr("TIFF is"));
}

TEST(Depth, TransparencyOfTiffsIsWhite) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  const Image image = veiled(4, 1000, 32768);
  const auto read = [&](int alpha, const DecodeOptions& depth) {
    return samples(decode(tiff(image, {.photometric = 2, .alpha = alpha}), "memory", nullptr, depth));
  };
  EXPECT_EQ(read(2, {.bits = 16}), std::vector<int>(6, 33267));
  EXPECT_EQ(read(1, {.bits = 16}), std::vector<int>(6, 1000 + 65535 - 32768)) << "premultiplied";
  EXPECT_EQ(read(0, {.bits = 16}), std::vector<int>(6, 1000)) << "an extra sample of no stated kind";
  EXPECT_EQ(read(2, {16, 4}), samples(image));
}

/// Grey of level 100 that shows through by 200 of 255, at either depth; 8 bits where `deep` is not.
Image veiled_grey(bool deep, int level) {
  Image image(21, 19, 2, 16);
  for (std::size_t i = 0; i < image.pixels.size(); i += 4) {
    put_sample16(image.pixels.data() + i, static_cast<std::uint16_t>(257 * level));
    put_sample16(image.pixels.data() + i + 2, 257 * 200);
  }
  return deep ? image : eight_bits(image);
}

TEST(Depth, TransparencyOfGreyTiffsIsWhiteInEveryLayout) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  struct Case {
    int photometric, alpha, level, shown;
  };
  // 133 of 100 by 200 of 255 is what the same PNG gives. A premultiplied 78 is 78 + 55; where white is 0 it is white
  // less 78, since what is behind it is white too.
  for (const auto& [photometric, alpha, level, shown] : {Case{1, 2, 100, 133},
                                                         {1, 1, 78, 133},
                                                         {1, 0, 100, 100},
                                                         {0, 2, 155, 133},
                                                         {0, 1, 122, 133},
                                                         {0, 0, 155, 100}}) {
    for (const bool deep : {false, true}) {
      for (const bool apart : {false, true}) {
        for (const bool tiled : {false, true}) {
          const Bytes file = tiff(veiled_grey(deep, level),
                                  {.photometric = photometric, .alpha = alpha, .apart = apart, .tiled = tiled});
          const auto what = fmt::format("{} {} {} {} {}", photometric, alpha, deep, apart, tiled);
          FileFacts facts;
          EXPECT_THAT(decode(file, "memory", &facts).pixels, testing::Each(shown)) << what;
          EXPECT_EQ(facts.transparent, alpha > 0) << what;
          const Image sixteen = decode(file, "memory", nullptr, {.bits = 16});
          EXPECT_EQ(sixteen.channels, 1);
          EXPECT_THAT(eight_bits(sixteen).pixels, testing::Each(shown)) << what;
          EXPECT_EQ(samples(decode(file, "memory", nullptr, {16, 2}))[1], 257 * 200) << "as they are stored";
        }
      }
    }
  }
}

TEST(Depth, TiffsOfEightBitsAreReadInEveryLayout) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  struct Case {
    int photometric, channels, alpha, shown;
  };
  for (const auto& [photometric, channels, alpha, shown] : {Case{1, 1, -1, 100},
                                                            {0, 1, -1, 155},
                                                            {2, 3, -1, 100},
                                                            {2, 4, 2, 133},
                                                            {2, 4, 1, 155},
                                                            {2, 4, 0, 100},
                                                            {2, 5, 2, 133}}) {
    Image image(21, 19, channels);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
      image.pixels[i] = i % static_cast<std::size_t>(channels) < 3 ? 100 : 200;
    }
    for (const bool apart : {false, true}) {
      for (const bool tiled : {false, true}) {
        const Bytes file = tiff(image, {.photometric = photometric, .alpha = alpha, .apart = apart, .tiled = tiled});
        const auto what = fmt::format("{} {} {} {} {}", photometric, channels, alpha, apart, tiled);
        SCOPED_TRACE(what);
        EXPECT_THAT(decode(file, "memory").pixels, testing::Each(shown));
      }
    }
  }
}

TEST(Depth, TiffsOfOtherNumbersAreRefusedByName) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  struct Case {
    int bits, number, photometric, channels;
    const char* said;
  };
  for (const auto& [bits, number, photometric, channels, said] :
       {Case{8, 2, 1, 1, "a TIFF with signed samples is not supported"},
        {16, 2, 1, 1, "a TIFF with signed samples is not supported"},
        {8, 2, 2, 3, "a TIFF with signed samples is not supported"},
        {16, 2, 2, 3, "a TIFF with signed samples is not supported"},
        {16, 3, 1, 1, "a TIFF with fractions as samples is not supported"},
        {32, 1, 1, 1, "a TIFF with 32-bit samples is not supported"},
        {32, 2, 1, 1, "a TIFF with 32-bit samples is not supported"},
        {32, 3, 1, 1, "a TIFF with 32-bit samples is not supported"},
        {32, 3, 2, 3, "a TIFF with 32-bit samples is not supported"},
        {24, 1, 1, 1, "a TIFF with 24-bit samples is not supported"},
        {64, 3, 1, 1, "a TIFF with 64-bit samples is not supported"}}) {
    const Image image(6, 5, channels, bits);
    const Bytes file = tiff(image, {.photometric = photometric, .number = number});
    for (const DecodeOptions& wanted : {DecodeOptions{}, {.bits = 16}, {.bits = 8, .channels = 2}}) {
      if (wanted.channels > 0 && channels != 2) continue;
      EXPECT_THAT(error_of([&] { decode(file, "a.tif", nullptr, wanted); }), HasSubstr(said)) << bits << number;
    }
  }
  for (const int number : {2, 3}) {
    const Bytes bands = tiff(Image(6, 5, 2, number == 2 ? 8 : 32), {.alpha = 0, .number = number});
    EXPECT_THAT(error_of([&] { decode(bands, "a.tif", nullptr, {8, 2}); }),
                HasSubstr(number == 2 ? "signed samples" : "32-bit samples"));
  }
}

TEST(Depth, DeepInksOfTiffsAreRead) {
  if (!reads_tiff()) GTEST_SKIP() << "built without libtiff";
  Image inks(5, 4, 4, 16);
  for (std::size_t i = 0; i < inks.pixels.size(); i += 8) {
    const int levels[] = {1000, 20000, 40000, 5000};
    for (std::size_t c = 0; c < 4; ++c) put_sample16(&inks.pixels[i + 2 * c], static_cast<std::uint16_t>(levels[c]));
  }
  for (const bool apart : {false, true}) {
    const Bytes file = tiff(inks, {.photometric = 5, .apart = apart});
    const Image image = decode(file, "memory");
    ASSERT_EQ(image.channels, 3);
    ASSERT_EQ(image.bits, 8);
    EXPECT_EQ(std::vector<int>(image.pixels.begin(), image.pixels.begin() + 3), (std::vector<int>{232, 164, 92}));
    EXPECT_THAT(error_of([&] { decode(file, "a.tif", nullptr, {.bits = 16}); }),
                HasSubstr("a TIFF with 16 bits a sample of such colours is not supported"));
  }
  const Bytes bands = tiff(ramp(4, 4, 5, 11), {.photometric = 5, .alpha = 2});
  EXPECT_THAT(error_of([&] { decode(bands, "a.tif"); }),
              HasSubstr("16-bit inks other than CMYK without transparency is not supported"));
}

TEST(Depth, OtherFormatsGiveTheirEightBitsAsSixteen) {
  const Image rgb(2, 2, 3);
  const Image deep = decode(encode_png(rgb), "memory", nullptr, {.bits = 16});
  EXPECT_EQ(deep.bits, 16);
  EXPECT_EQ(eight_bits(deep).pixels, rgb.pixels);
  EXPECT_THAT(error_of([&] { decode(encode_png(rgb), "a.png", nullptr, {16, 4}); }),
              HasSubstr("the PNG has 3 channels where 4 are asked for"));
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
