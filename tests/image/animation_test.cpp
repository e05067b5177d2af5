#include "ganymede/image/animation.h"

#include <gif_lib.h>
#include <zlib.h>

#include <cstring>

#include "ganymede/image/decode.h"
#include "image/fixtures.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

std::vector<Image> moving(int count, int channels) {
  std::vector<Image> frames;
  for (int i = 0; i < count; ++i) {
    Image frame(7, 5, channels);
    for (size_t k = 0; k < frame.pixels.size(); ++k) frame.pixels[k] = static_cast<std::uint8_t>(17 * i + 3 * k);
    frames.push_back(std::move(frame));
  }
  return frames;
}

std::uint32_t number_at(const Bytes& bytes, size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
         bytes[at + 3];
}

TEST(Animation, ApngHoldsEveryFrameAndIsAPng) {
  const auto frames = moving(4, 3);
  const Bytes file = encode_apng(frames, 40);
  EXPECT_EQ(decode(file, "test").pixels, frames[0].pixels) << "a reader of plain PNG sees the first";
  // Each frame's chunks, put into a PNG of its own, are that frame.
  std::vector<std::string> types;
  std::uint32_t sequence = 0;
  Bytes header, data;
  std::vector<Bytes> found;
  const auto close = [&] {
    if (!data.empty()) found.push_back(data);
    data.clear();
  };
  for (size_t at = 8; at < file.size();) {
    const std::uint32_t length = number_at(file, at);
    const std::string type(file.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                           file.begin() + static_cast<std::ptrdiff_t>(at) + 8);
    EXPECT_EQ(number_at(file, at + 8 + length), ::crc32(0, file.data() + at + 4, length + 4)) << type;
    types.push_back(type);
    if (type == "acTL") {
      EXPECT_EQ(number_at(file, at + 8), 4u);
    }
    if (type == "fcTL") {
      close();
      EXPECT_EQ(number_at(file, at + 8), sequence++);
      EXPECT_EQ(number_at(file, at + 12), 7u);
      EXPECT_EQ(number_at(file, at + 16), 5u);
      EXPECT_EQ(file[at + 8 + 20] << 8 | file[at + 8 + 21], 40);
    }
    size_t skip = 0;
    if (type == "fdAT") {
      EXPECT_EQ(number_at(file, at + 8), sequence++);
      skip = 4;
    }
    if (type == "fdAT" || type == "IDAT") {
      data.insert(data.end(), file.begin() + static_cast<std::ptrdiff_t>(at + 8 + skip),
                  file.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    }
    at += 12 + length;
  }
  close();
  EXPECT_EQ(types.front(), "IHDR");
  EXPECT_EQ(types.back(), "IEND");
  ASSERT_EQ(found.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    Bytes raw(5 * (7 * 3 + 1));
    uLongf size = raw.size();
    ASSERT_EQ(::uncompress(raw.data(), &size, found[i].data(), found[i].size()), Z_OK) << i;
    EXPECT_EQ(size, raw.size());
    EXPECT_EQ(raw[1], frames[i].pixels[0]) << i;
  }
  EXPECT_EQ(encode_apng(frames, 40), file);
}

struct Source {
  const Bytes& bytes;
  size_t at = 0;
};

int read_some(GifFileType* file, GifByteType* to, int size) {
  auto& source = *static_cast<Source*>(file->UserData);
  const auto count = std::min(static_cast<size_t>(size), source.bytes.size() - source.at);
  std::memcpy(to, source.bytes.data() + source.at, count);
  source.at += count;
  return static_cast<int>(count);
}

TEST(Animation, GifIsReadBackByGiflib) {
  for (const int channels : {1, 3}) {
    const auto frames = moving(3, channels);
    const Bytes bytes = encode_gif(frames, 40);
    Source source{bytes};
    int error = 0;
    GifFileType* file = DGifOpen(&source, read_some, &error);
    ASSERT_NE(file, nullptr) << GifErrorString(error);
    ASSERT_EQ(DGifSlurp(file), GIF_OK);
    EXPECT_EQ(file->SWidth, 7);
    EXPECT_EQ(file->SHeight, 5);
    ASSERT_EQ(file->ImageCount, 3);
    GraphicsControlBlock control;
    ASSERT_EQ(DGifSavedExtensionToGCB(file, 1, &control), GIF_OK);
    EXPECT_EQ(control.DelayTime, 4);
    const SavedImage& second = file->SavedImages[1];
    for (size_t i = 0; i < 35; ++i) {
      const GifColorType& colour = second.ImageDesc.ColorMap->Colors[second.RasterBits[i]];
      EXPECT_NEAR(colour.Red, frames[1].pixels[i * static_cast<size_t>(channels)], 16) << i;
    }
    DGifCloseFile(file, &error);
    EXPECT_EQ(encode_gif(frames, 40), bytes);
  }
}

TEST(Animation, WhatIsNoneIsRefused) {
  for (const auto encode : {encode_apng, encode_gif}) {
    EXPECT_THAT(test::error_of([&] { encode({}, 40); }), testing::HasSubstr("needs images"));
    auto frames = moving(2, 3);
    EXPECT_THAT(test::error_of([&] { encode(frames, 0); }), testing::HasSubstr("0 ms"));
    frames[1] = Image(6, 5, 3);
    EXPECT_THAT(test::error_of([&] { encode(frames, 40); }), testing::HasSubstr("equally large"));
  }
}

}  // namespace
}  // namespace ganymede::image
