// Formats beside PNG, JPEG and WebP, and what files say beside their pixels.
#include <zlib.h>

#include <cmath>
#include <cstdlib>

#include "ganymede/core/random.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/metadata.h"
#include "image/format_fixtures.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using test::format_fixture;
using test::kFormatFixtures;
using testing::HasSubstr;

bool built(std::string_view format) {
  for (const auto& [name, reads] : formats()) {
    if (format == name) return reads;
  }
  return false;
}

/// Whether the build reads the fixture's format, which its name begins with.
bool readable(std::string_view fixture) {
  if (fixture.starts_with("tiff")) return built("TIFF");
  if (fixture.starts_with("avif")) return built("AVIF");
  if (fixture.starts_with("heic")) return built("HEIC");
  if (fixture.starts_with("jxl")) return built("JPEG XL");
  return true;
}

int largest_error(const Image& a, const Image& b) {
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.height, b.height);
  EXPECT_EQ(a.channels, b.channels);
  int largest = 0;
  for (size_t i = 0; i < std::min(a.pixels.size(), b.pixels.size()); ++i) {
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  }
  return largest;
}

Image flattened(Image image) {
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

TEST(Formats, GiveTheirPixels) {
  struct Expected {
    const char* name;
    Image image;
    int tolerance;
  };
  const Image rgb = test::rgb_pattern(), grey = test::grey_pattern();
  const std::vector<Expected> cases = {
      {"tiff_rgb", rgb, 0},
      {"tiff_grey", grey, 0},
      {"tiff_grey_16", grey, 0},
      {"bmp_rgb", rgb, 0},
      {"bmp_grey", grey, 0},
      {"avif_rgb", rgb, 3},
      {"heic_rgb", rgb, 12},
      {"jxl_rgb", rgb, 0},
      {"jxl_lossy", rgb, 20},
      {"bmp_alpha", rgb, 0},  // without a mask the fourth byte means nothing
      {"tiff_rgba", flattened(rgb), 2},
      {"jxl_alpha", flattened(rgb), 1},
  };
  for (const auto& [name, image, tolerance] : cases) {
    if (!readable(name)) continue;
    EXPECT_LE(largest_error(decode(format_fixture(name), name), image), tolerance) << name;
  }
}

TEST(Formats, PalettesAreLookedUp) {
  for (const char* name : {"gif_palette", "gif_interlaced_clear", "bmp_palette"}) {
    const Image image = decode(format_fixture(name), name);
    ASSERT_EQ(image.channels, 3) << name;
    const bool clear = std::string_view(name).ends_with("clear");
    for (int y = 0; y < image.height; ++y) {
      for (int x = 0; x < image.width; ++x) {
        const int i = (x + y) % 16;
        EXPECT_EQ(image.at(x, y)[0], clear && i == 0 ? 255 : i * 16) << name;
        EXPECT_EQ(image.at(x, y)[1], 255 - i * 16) << name;
        EXPECT_EQ(image.at(x, y)[2], clear && i == 0 ? 255 : i * 40 % 256) << name;
      }
    }
  }
}

TEST(Formats, TurnsAreApplied) {
  for (const auto& [name, tolerance] : {std::pair{"jpeg_turned_6", 8},
                                        {"png_turned_5", 0},
                                        {"webp_turned_8", 0},
                                        {"tiff_turned_7", 0},
                                        {"avif_turned_6", 3}}) {
    if (!readable(name)) continue;
    FileFacts facts;
    const Image image = decode(format_fixture(name), name, &facts);
    EXPECT_LE(largest_error(image, test::rgb_pattern()), tolerance) << name;
    EXPECT_EQ(facts.orientation, name[std::string_view(name).size() - 1] - '0') << name;
  }
}

TEST(Formats, EveryOrientationIsItsOwnTurn) {
  const Image upright = test::rgb_pattern();
  // What is stored at (0, 0) by each orientation, of the upright image (EXIF 2.3, 4.6.4 A).
  const int right = upright.width - 1, bottom = upright.height - 1;
  const std::array<std::pair<int, int>, 8> first = {
      {{0, 0}, {right, 0}, {right, bottom}, {0, bottom}, {0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const bool exchanged = orientation >= 5;
    Image stored(exchanged ? upright.height : upright.width, exchanged ? upright.width : upright.height, 3);
    const auto [x0, y0] = first[static_cast<size_t>(orientation - 1)];
    for (int row = 0; row < stored.height; ++row) {
      for (int column = 0; column < stored.width; ++column) {
        const int along = exchanged ? row : column, across = exchanged ? column : row;
        const int x = x0 == 0 ? along : x0 - along, y = y0 == 0 ? across : y0 - across;
        std::copy_n(upright.at(x, y), 3, stored.at(column, row));
      }
    }
    EXPECT_EQ(oriented(stored, orientation).pixels, upright.pixels) << orientation;
  }
}

TEST(Formats, AreKnownByTheirContent) {
  for (const auto& entry : kFormatFixtures) {
    const Bytes bytes = entry.bytes();
    const char* format = format_of(std::span(bytes).first(std::min(bytes.size(), kHeadBytes)));
    ASSERT_NE(format, nullptr) << entry.name;
    const std::string_view name = entry.name;
    EXPECT_EQ(std::tolower(format[0]), name[0]) << entry.name;
  }
  const auto format = [](std::string_view text) {
    return format_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_STREQ(format({"\0\0\0\x1c"
                       "ftypmif1\0\0\0\0mif1heicmiaf",
                       28}),
               "HEIC");
  EXPECT_STREQ(format({"\0\0\0\x1c"
                       "ftypmif1\0\0\0\0mif1avifmiaf",
                       28}),
               "AVIF");
  EXPECT_EQ(format({"\0\0\0\x18"
                    "ftypisom\0\0\0\0isommp42",
                    24}),
            nullptr)
      << "a film";
  EXPECT_EQ(format("BM and more text than a header has"), nullptr);
  EXPECT_EQ(format("hello"), nullptr);
}

TEST(Formats, CutFilesAreRefusedOrWholeAllTheSame) {
  for (const auto& entry : kFormatFixtures) {
    const Bytes whole = entry.bytes();
    for (size_t length = 0; length < whole.size(); length += 1 + length / 50) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      try {
        const Image image = decode(part, "here");
        EXPECT_GT(length, whole.size() / 2) << entry.name << " cut at " << length;
      } catch (const Error& error) {
        EXPECT_EQ(error.where(), "here") << entry.name;
      }
    }
  }
}

TEST(Formats, SurviveFlippedBytes) {
  Random random(20261125);
  for (const auto& entry : kFormatFixtures) {
    const Bytes whole = entry.bytes();
    for (int round = 0; round < 200; ++round) {
      Bytes broken = whole;
      for (std::uint64_t i = random.below(4) + 1; i > 0; --i) {
        broken[random.below(broken.size())] = static_cast<std::uint8_t>(random.next());
      }
      try {
        const Image image = decode(broken, "here");
        EXPECT_EQ(image.pixels.size(), static_cast<size_t>(image.width) * image.height * image.channels) << entry.name;
      } catch (const Error& error) {
        EXPECT_EQ(error.where(), "here") << entry.name;
      }
    }
  }
}

TEST(Formats, PointersAndPagesAreNamed) {
  const auto refusal = [](std::string_view text) {
    return error_of([&] { decode({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "a.png"); });
  };
  EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3\n"),
              HasSubstr("a.png: this is a Git LFS pointer, not the file"));
  EXPECT_THAT(refusal("<!DOCTYPE html><html><body>404</body></html>"), HasSubstr("a web page, not an image"));
}

TEST(Formats, ProfilesAreNamedUnlessTheyAreSrgb) {
  Bytes icc(200);
  const auto put = [&](size_t at, std::string_view text) {
    std::copy(text.begin(), text.end(), icc.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(36, "acsp");
  icc[131] = 1;  // tags
  put(132, "desc");
  icc[139] = 144;  // where it is
  put(144, "desc");
  icc[155] = 11;  // letters
  put(156, "Display P3");
  EXPECT_EQ(profile_name(icc), "Display P3");
  put(156, "sRGB v4   ");
  EXPECT_EQ(profile_name(icc), "");
  icc[131] = 0;
  EXPECT_EQ(profile_name(icc), "unnamed");
  EXPECT_EQ(profile_name({}), "");
}

/// A number of an ICC profile, the highest byte first.
void put(Bytes& to, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(number >> shift));
}
void put(Bytes& to, const char* letters) {
  to.insert(to.end(), letters, letters + 4);
}

/// Colours with sRGB's primaries, but levels that are light itself; or grey ones.
Bytes linear_profile(bool grey) {
  const auto xyz = [](std::array<double, 3> values) {
    Bytes out;
    put(out, "XYZ "), put(out, 0u);
    for (const double value : values) put(out, static_cast<std::uint32_t>(std::lround(value * 65536)));
    return out;
  };
  Bytes curve;  // of no points: as it is
  put(curve, "curv"), put(curve, 0u), put(curve, 0u);
  const Bytes white = xyz({0.9642, 1, 0.82491});
  std::vector<std::pair<const char*, Bytes>> tags = {{"wtpt", white}};
  if (grey) {
    tags.emplace_back("kTRC", curve);
  } else {
    tags.emplace_back("rXYZ", xyz({0.43607, 0.22249, 0.01392})), tags.emplace_back("rTRC", curve);
    tags.emplace_back("gXYZ", xyz({0.38515, 0.71687, 0.09708})), tags.emplace_back("gTRC", curve);
    tags.emplace_back("bXYZ", xyz({0.14307, 0.06061, 0.71410})), tags.emplace_back("bTRC", curve);
  }
  Bytes table, body;
  put(table, static_cast<std::uint32_t>(tags.size()));
  for (const auto& [name, content] : tags) {
    put(table, name), put(table, static_cast<std::uint32_t>(132 + 12 * tags.size() + body.size()));
    put(table, static_cast<std::uint32_t>(content.size()));
    body.insert(body.end(), content.begin(), content.end());
  }
  Bytes icc;
  put(icc, static_cast<std::uint32_t>(128 + table.size() + body.size()));
  put(icc, "none"), put(icc, 0x02400000u), put(icc, "mntr"), put(icc, grey ? "GRAY" : "RGB "), put(icc, "XYZ ");
  icc.resize(36), put(icc, "acsp"), icc.resize(68);
  icc.insert(icc.end(), white.begin() + 8, white.end());
  icc.resize(128);
  icc.insert(icc.end(), table.begin(), table.end());
  icc.insert(icc.end(), body.begin(), body.end());
  return icc;
}

/// `png` with a chunk of that profile behind its header.
Bytes with_profile(Bytes png, const Bytes& icc) {
  uLongf size = compressBound(static_cast<uLong>(icc.size()));
  Bytes packed(size), chunk;
  compress2(packed.data(), &size, icc.data(), static_cast<uLong>(icc.size()), 0);  // libpng reads no chunk of 91 bytes
  packed.resize(size);
  put(chunk, "iCCP");
  for (const char letter : {'p', '\0', '\0'}) chunk.push_back(static_cast<std::uint8_t>(letter));
  chunk.insert(chunk.end(), packed.begin(), packed.end());
  Bytes whole;
  put(whole, static_cast<std::uint32_t>(chunk.size() - 4));
  whole.insert(whole.end(), chunk.begin(), chunk.end());
  put(whole, static_cast<std::uint32_t>(crc32(0, chunk.data(), static_cast<uInt>(chunk.size()))));
  png.insert(png.begin() + 33, whole.begin(), whole.end());
  return png;
}

TEST(Formats, ProfilesAreConvertedWhereThatIsAskedFor) {
  for (const int channels : {1, 3}) {
    Image image(2, 1, channels, 16);
    for (std::size_t i = 0; i < image.pixels.size(); i += 2) put_sample16(image.pixels.data() + i, 32896);
    const Bytes fits = with_profile(encode_png(image), linear_profile(channels == 1));
    Bytes bare = linear_profile(channels == 1);
    bare[131] = 1;  // of its tags the white point alone
    const Bytes damaged = with_profile(encode_png(image), bare);
    FileFacts facts;
    EXPECT_EQ(*decode(fits, "memory", &facts).at(0, 0), 128) << "as it is stored";
    EXPECT_EQ(facts.profile, "unnamed");
    EXPECT_FALSE(facts.converted);
    const Image converted = decode(fits, "memory", &facts, {.convert_profiles = true});
    EXPECT_EQ(facts.converted, converts_profiles());
    if (!converts_profiles()) continue;
    EXPECT_EQ(converted.channels, channels);
    // sRGB's curve of 0.50196: 1.055 * 0.50196^(1 / 2.4) - 0.055.
    for (const std::uint8_t level : converted.pixels) EXPECT_NEAR(level, 188, 1);
    const Image deep = decode(fits, "memory", &facts, {.bits = 16, .convert_profiles = true});
    EXPECT_NEAR(sample16(deep.at(1, 0)), 48270, 60);
    EXPECT_EQ(*decode(damaged, "memory", &facts, {.convert_profiles = true}).at(0, 0), 128) << "it stays";
    EXPECT_FALSE(facts.converted);
    EXPECT_EQ(facts.profile, "unnamed");
  }
}

}  // namespace
}  // namespace ganymede::image
