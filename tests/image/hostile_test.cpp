// Files made to break a decoder: cut anywhere, with flipped bytes, with headers that promise too much.
#include <chrono>

#include "ganymede/core/random.h"
#include "ganymede/image/decode.h"
#include "image/fixtures.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using test::fixture;
using test::kFixtures;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

enum class Outcome { decoded, refused };

/// Anything but a sound image or one of our errors at the right place is a failure.
Outcome outcome_of(const Bytes& bytes) {
  // A copy of the exact size, so that a sanitizer sees any read beyond the end.
  const Bytes exact(bytes.begin(), bytes.end());
  try {
    const Image image = decode(exact, "here");
    EXPECT_GT(image.width, 0);
    EXPECT_LE(image.width, kMaxSide);
    EXPECT_LE(std::int64_t{image.width} * image.height, kMaxPixels);
    EXPECT_EQ(image.pixels.size(), static_cast<size_t>(image.width) * image.height * image.channels);
    return Outcome::decoded;
  } catch (const Error& error) {
    EXPECT_EQ(error.where(), "here");
    return Outcome::refused;
  }
}

TEST(HostileImages, SayThatTheyAreCutShort) {
  for (const auto& entry : kFixtures) {
    const Bytes whole = entry.bytes();
    const bool png = std::string_view(entry.name).starts_with("png");
    const size_t trailer = png ? 12 : 0;  // a PNG without its IEND chunk has all its pixels
    for (size_t length = 0; length < whole.size() - trailer; ++length) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      const std::string message = error_of([&] { decode(part, "here"); });
      EXPECT_THAT(message, AllOf(StartsWith("here: "), AnyOf(HasSubstr("is cut short"), HasSubstr("is empty"))))
          << entry.name << " cut at " << length;
    }
    for (size_t length = whole.size() - trailer; length < whole.size(); ++length) {
      outcome_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    }
  }
}

TEST(HostileImages, SurviveFlippedBytes) {
  Random random(20240501);
  int refused = 0, decoded = 0;
  for (const auto& entry : kFixtures) {
    const Bytes whole = entry.bytes();
    for (int round = 0; round < 400; ++round) {
      Bytes broken = whole;
      const std::uint64_t flips = 1 + random.below(4);
      for (std::uint64_t i = 0; i < flips; ++i) {
        broken[random.below(broken.size())] = static_cast<std::uint8_t>(random.next());
      }
      (outcome_of(broken) == Outcome::refused ? refused : decoded) += 1;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(decoded, 100);
}

TEST(HostileImages, SurviveNoiseBehindASignature) {
  Random random(7);
  for (const char* name : {"png_rgb", "jpeg_rgb", "webp_lossy", "webp_lossless"}) {
    const Bytes whole = fixture(name);
    for (int round = 0; round < 300; ++round) {
      Bytes noise(whole.begin(), whole.begin() + 16);
      for (std::uint64_t i = random.below(600); i > 0; --i) noise.push_back(static_cast<std::uint8_t>(random.next()));
      outcome_of(noise);
    }
  }
}

void set_png_size(Bytes& bytes, std::uint32_t width, std::uint32_t height) {
  for (int i = 0; i < 4; ++i) {
    bytes[16 + i] = static_cast<std::uint8_t>(width >> (24 - 8 * i));
    bytes[20 + i] = static_cast<std::uint8_t>(height >> (24 - 8 * i));
  }
}

void set_jpeg_size(Bytes& bytes, unsigned width, unsigned height) {
  for (size_t i = 0; i + 8 < bytes.size(); ++i) {
    if (bytes[i] != 0xFF || (bytes[i + 1] != 0xC0 && bytes[i + 1] != 0xC2)) continue;
    bytes[i + 5] = static_cast<std::uint8_t>(height >> 8), bytes[i + 6] = static_cast<std::uint8_t>(height);
    bytes[i + 7] = static_cast<std::uint8_t>(width >> 8), bytes[i + 8] = static_cast<std::uint8_t>(width);
    return;
  }
  FAIL() << "no start of frame";
}

TEST(HostileImages, MayNotBeGiant) {
  const auto begin = std::chrono::steady_clock::now();
  for (const char* name : {"jpeg_rgb", "jpeg_progressive"}) {
    Bytes jpeg = fixture(name);
    set_jpeg_size(jpeg, 30000, 30000);
    const std::string message = error_of([&] { decode(jpeg, "bomb.jpg"); });
    EXPECT_THAT(message, HasSubstr("30000 x 30000"));
    EXPECT_THAT(message, HasSubstr("16384"));
    EXPECT_THAT(message, HasSubstr("bomb.jpg"));
    set_jpeg_size(jpeg, 65535, 65535);
    EXPECT_THAT(error_of([&] { decode(jpeg, "bomb.jpg"); }), HasSubstr("65535 x 65535 pixels, over the limit"));
  }
  Bytes png = fixture("png_rgb");
  set_png_size(png, 0xFFFFFFFF, 0xFFFFFFFF);
  EXPECT_THAT(error_of([&] { decode(png, "bomb.png"); }), HasSubstr("4294967295 x 4294967295"));
  set_png_size(png, 16384, 16384);  // each side is allowed, the area is not
  EXPECT_THAT(error_of([&] { decode(png, "bomb.png"); }), HasSubstr("16384 x 16384"));
  Bytes webp = fixture("webp_lossy");
  webp[26] = 0xFF, webp[27] = 0x3F, webp[28] = 0xFF, webp[29] = 0x3F;
  EXPECT_THAT(error_of([&] { decode(webp, "bomb.webp"); }), HasSubstr("16383 x 16383"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(HostileImages, MayNotPromiseMoreThanTheirBytesCanHold) {
  Bytes png = fixture("png_rgb");
  set_png_size(png, 8192, 8192);
  EXPECT_THAT(error_of([&] { decode(png, "here"); }), HasSubstr("here: the PNG is cut short"));
  Bytes jpeg = fixture("jpeg_rgb");
  set_jpeg_size(jpeg, 8192, 8192);
  EXPECT_THAT(error_of([&] { decode(jpeg, "here"); }), HasSubstr("here: the JPEG is cut short"));
}

TEST(HostileImages, MayNotHaveEndlessScans) {
  // A progressive JPEG whose last scan is repeated: each costs a pass over the image.
  const Bytes jpeg = fixture("jpeg_progressive");
  size_t scan = jpeg.size();
  while (scan > 0 && !(jpeg[scan] == 0xFF && jpeg[scan + 1] == 0xDA)) --scan;
  Bytes many(jpeg.begin(), jpeg.end() - 2);
  for (int i = 0; i < 1000; ++i)
    many.insert(many.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(scan), jpeg.end() - 2);
  many.insert(many.end(), {0xFF, 0xD9});
  EXPECT_THAT(error_of([&] { decode(many, "here"); }), HasSubstr("damaged"));
}

}  // namespace
}  // namespace ganymede::image
