#include "ganymede/serve/packing.h"

#include "ganymede/serve/assets.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

TEST(Packing, Base64) {
  EXPECT_EQ(base64(bytes("")), "");
  EXPECT_EQ(base64(bytes("f")), "Zg==");
  EXPECT_EQ(base64(bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(bytes("foobar")), "Zm9vYmFy");
}

TEST(Packing, FromBase64) {
  for (const auto* text : {"", "f", "fo", "foo", "foobar"}) EXPECT_EQ(from_base64(base64(bytes(text))), bytes(text));
  for (const auto* text :
       {"Z", "Zg", "Zg=", "====", "Z===", "Zg==Zg==", "Zg=v", " Zg==", "Zg==\n", "Zm9v\nZm9", "Zm-_", "Zm9v="}) {
    EXPECT_THROW(from_base64(text), Error) << text;
  }
}

TEST(Packing, ZipsAreTheSameEveryTime) {
  const std::vector<std::pair<std::string, Bytes>> files{{"a.txt", bytes("hello")}, {"b.txt", Bytes(100000, 7)}};
  const std::string archive = zip(files);
  EXPECT_EQ(archive.substr(0, 2), "PK");
  EXPECT_GT(archive.size(), 100005u) << "stored as they are";
  EXPECT_EQ(zip(files), archive);
}

TEST(Packing, Gunzip) {
  EXPECT_THAT(gunzip(studio_page()), testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(gunzip(studio_page()), testing::HasSubstr("</html>"));
  EXPECT_THROW(gunzip(studio_page().substr(0, 1000)), Error);
}

}  // namespace
}  // namespace ganymede::serve
