#include "ganymede/core/hash.h"

#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede {
namespace {

std::string digest_of(const std::string& text, const char* algorithm) {
  Digest digest(algorithm);
  digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return digest.hex();
}

// Values of FIPS 180-2, appendix B, and of RFC 1321, A.5.
TEST(Digest, KnownValues) {
  EXPECT_EQ(digest_of("abc", "sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("", "sha256"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("message digest", "md5"), "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST(Digest, PiecesMakeTheWhole) {
  const Bytes bytes(3'000'001, 42);
  Digest whole, parts;
  whole.update(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += 999'983) {
    parts.update(std::span(bytes).subspan(at, std::min<std::size_t>(999'983, bytes.size() - at)));
  }
  const std::string expected = whole.hex();
  EXPECT_EQ(parts.hex(), expected);

  const test::TemporaryFolder folder;
  write_file(folder / "file", bytes);
  EXPECT_EQ(file_digest(folder / "file"), expected);
}

TEST(Digest, Refuses) {
  EXPECT_THAT(test::error_of([] { Digest digest("sha999"); }), ::testing::HasSubstr("'sha999'"));
  EXPECT_THAT(test::error_of([] { file_digest("no/such/file"); }), ::testing::HasSubstr("no/such/file"));
}

}  // namespace
}  // namespace ganymede
