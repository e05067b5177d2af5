#include "ganymede/image/encode.h"

#include <string_view>

#include "ganymede/core/random.h"
#include "ganymede/image/decode.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using testing::HasSubstr;

Image random_image(int width, int height, int channels) {
  Image image(width, height, channels);
  Random random(3);
  for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random.next());
  return image;
}

std::string_view as_text(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(EncodePng, ComesBackExactly) {
  for (const int channels : {1, 3}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {1, 40}, {37, 1}, {61, 53}, {300, 200}}) {
      const Image image = random_image(width, height, channels);
      const Image back = decode(encode_png(image), "memory");
      EXPECT_EQ(back.width, width);
      EXPECT_EQ(back.height, height);
      EXPECT_EQ(back.channels, channels);
      EXPECT_EQ(back.pixels, image.pixels);
    }
  }
}

TEST(EncodePng, GivesTheSameBytesForTheSameImage) {
  const std::pair<std::string, std::string> text[] = {{"seed", "42"}, {"recipe", "shapes"}};
  EXPECT_EQ(encode_png(random_image(20, 20, 3), text), encode_png(random_image(20, 20, 3), text));
  EXPECT_EQ(as_text(encode_png(random_image(20, 20, 3))).find("tIME"), std::string_view::npos);
}

TEST(EncodePng, CarriesText) {
  const std::pair<std::string, std::string> text[] = {{"seed", "42"}, {"title", "Käse"}, {"note", ""}};
  const Bytes bytes = encode_png(random_image(4, 4, 1), text);
  EXPECT_THAT(std::string(as_text(bytes)), HasSubstr(std::string("tEXtseed\0", 9) + "42"));
  EXPECT_THAT(std::string(as_text(bytes)), HasSubstr(std::string("iTXttitle\0", 10)));
  EXPECT_THAT(std::string(as_text(bytes)), HasSubstr("Käse"));
  EXPECT_EQ(decode(bytes, "memory").pixels, random_image(4, 4, 1).pixels);
}

TEST(EncodePng, RefusesWhatAPngCannotHold) {
  EXPECT_THAT(error_of([] { encode_png(Image()); }), HasSubstr("0 x 0"));
  EXPECT_THAT(error_of([] { encode_png(Image(2, 2, 4)); }), HasSubstr("4 channels"));
  for (const std::string& name : {std::string(), std::string(80, 'a'), std::string("é"), std::string(" a")}) {
    const std::pair<std::string, std::string> text[] = {{name, "x"}};
    EXPECT_THAT(error_of([&] { encode_png(Image(2, 2, 1), text); }), HasSubstr("cannot name a text"));
  }
}

}  // namespace
}  // namespace ganymede::image
