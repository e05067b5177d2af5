#include "ganymede/data/archive.h"

#include "data/fixtures.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::HasSubstr;

const auto all = [](const std::string&) { return true; };

Members read_all(const std::filesystem::path& path, const ArchiveLimits& limits = {}) {
  Members found;
  const auto take = [&](const std::string& name, Bytes bytes) {
    found[name] = std::move(bytes);
    return true;
  };
  walk_archive(path, Wanted(all), take, limits);
  return found;
}

class EveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(EveryFormat, GivesBackItsMembers) {
  const TemporaryFolder folder;
  const Members members = {{"a/one.bin", Bytes(100'000, 7)}, {"a/empty", {}}, {"b.txt", bytes_of("text")}};
  const auto path = folder / GetParam();
  write_archive(path, members);
  EXPECT_TRUE(is_archive_name(path));
  EXPECT_EQ(read_all(path), members);
}
INSTANTIATE_TEST_SUITE_P(Archive, EveryFormat,
                         testing::Values("x.zip", "x.tar", "x.tar.gz", "x.tgz", "x.tar.xz", "x.tar.zst", "x.tar.bz2"));

TEST(Archive, ASmallFileBecomesNoGigabytes) {
  const TemporaryFolder folder;
  const Bytes zeros(300 << 20);
  write_archive(folder / "bomb.zip", {{"zeros.bin", zeros}});
  ASSERT_LT(std::filesystem::file_size(folder / "bomb.zip"), 1u << 20);
  const auto limit = HasSubstr("larger than the limit of 268,435,456 bytes");
  EXPECT_THAT(error_of([&] { read_all(folder / "bomb.zip"); }), limit);
  EXPECT_THAT(error_of([&] { decompress(gzip(zeros), "bomb.gz", std::uint64_t{2} << 30); }), limit);
}

TEST(Archive, NamesAreKnownByTheirEnding) {
  EXPECT_TRUE(is_archive_name("CIFAR.TAR.GZ"));
  EXPECT_FALSE(is_archive_name("train-images-idx3-ubyte.gz"));
  EXPECT_FALSE(is_archive_name("zip"));
}

TEST(Archive, TheWalkEndsWhenNothingMoreIsTaken) {
  const TemporaryFolder folder;
  write_archive(folder / "x.tar", {{"1", bytes_of("a")}, {"2", bytes_of("b")}, {"3", bytes_of("c")}});
  int taken = 0;
  walk_archive(folder / "x.tar", Wanted([](const std::string& name) { return name != "1"; }),
               [&](const std::string& name, const Bytes&) {
                 EXPECT_EQ(name, "2");
                 ++taken;
                 return false;
               });
  EXPECT_EQ(taken, 1);
}

TEST(Archive, AMemberAboveTheLimitIsRefusedByName) {
  const TemporaryFolder folder;
  write_archive(folder / "bomb.tar.gz", {{"small", Bytes(10)}, {"zeros", Bytes(5'000'000)}});
  ArchiveLimits limits;
  limits.member = 1'000'000;
  const std::string error = error_of([&] { read_all(folder / "bomb.tar.gz", limits); });
  EXPECT_THAT(error, HasSubstr("larger than the limit of 1,000,000 bytes"));
  EXPECT_THAT(error, HasSubstr("bomb.tar.gz:zeros"));
}

TEST(Archive, TheTotalAndTheNumberAreLimited) {
  const TemporaryFolder folder;
  write_archive(folder / "x.zip", {{"1", Bytes(1000)}, {"2", Bytes(1000)}, {"3", Bytes(1000)}});
  ArchiveLimits total;
  total.total = 2500;
  EXPECT_THAT(error_of([&] { read_all(folder / "x.zip", total); }), HasSubstr("more than the limit of 2,500 bytes"));
  ArchiveLimits members;
  members.members = 2;
  EXPECT_THAT(error_of([&] { read_all(folder / "x.zip", members); }), HasSubstr("more than 2 members"));
}

TEST(Archive, DamageIsAnErrorWhereverItLies) {
  const TemporaryFolder folder;
  for (const char* name : {"x.zip", "x.tar.gz", "x.tar.xz", "x.tar"}) {
    const auto path = folder / name;
    Bytes content(20'000);
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * i >> 5);
    write_archive(path, {{"a", content}, {"b", content}});
    const Bytes whole = read_file(path);
    for (const std::size_t keep : {whole.size() / 4, whole.size() / 2}) {
      write_file(path, std::span(whole).first(keep));
      EXPECT_THAT(error_of([&] { read_all(path); }), HasSubstr(name)) << keep;
    }
  }
  write_file(folder / "x.tar", std::string_view("this is no archive at all"));
  EXPECT_THAT(error_of([&] { read_all(folder / "x.tar"); }), HasSubstr("cannot read the archive"));
}

TEST(Archive, AMemberWithoutANameIsAnError) {
  const TemporaryFolder folder;
  for (const std::string kind : {"tar", "zip"}) {
    const auto path = folder / ("x." + kind);
    write_file(path, read_file("tests/fuzz/found/" + kind + "/nameless-member"));
    EXPECT_THAT(error_of([&] { read_all(path); }), HasSubstr("x." + kind + ": a member has no name; pack it again"));
  }
}

TEST(Archive, LinksOutOfTheArchiveAreLeftOut) {
  const TemporaryFolder folder;
  // A header of a symbolic link called "evil" to /etc/passwd, then the two blocks of zeros that end a tar file.
  Bytes tar(512 * 3);
  const auto put = [&](std::size_t at, const std::string& text) {
    std::copy(text.begin(), text.end(), tar.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(0, "evil");
  put(100, "0000644");
  put(124, "00000000000");
  put(136, "00000000000");
  put(148, "        ");
  put(156, "2");
  put(157, "/etc/passwd");
  put(257, "ustar");
  put(263, "00");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += tar[i];
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  put(148, text);
  tar[154] = 0;
  write_file(folder / "x.tar", tar);
  EXPECT_TRUE(read_all(folder / "x.tar").empty());
}

TEST(Archive, LinksWithinGiveWhatTheyLeadTo) {
  const TemporaryFolder folder;
  const Members members = {{"a/1", bytes_of("one")}, {"a/2", bytes_of("two")}};
  write_archive(folder / "x.tar", members,
                {{"b/1", "a/1", true},
                 {"b/2", "../a/2"},
                 {"b/chain", "1"},
                 {"c", "a"},        // a folder
                 {"a/again", "."},  // in a circle
                 {"b/out", "/etc/passwd"},
                 {"b/above", "../../a/1"},
                 {"b/gone", "a/3", true}});
  Members expected = members;
  for (const auto& [link, text] :
       {std::pair{"b/1", "one"}, {"b/2", "two"}, {"b/chain", "one"}, {"c/1", "one"}, {"c/2", "two"}}) {
    expected[link] = bytes_of(text);
  }
  EXPECT_EQ(read_all(folder / "x.tar"), expected);
  const auto none = [](const std::string&, const Bytes&) { return true; };
  EXPECT_EQ(walk_archive(folder / "x.tar", Wanted(all), none).lost_links, 3u) << "out, above, gone";
  const auto only_a = [](const std::string& name) { return name.starts_with("a/"); };
  EXPECT_EQ(walk_archive(folder / "x.tar", Wanted(only_a), none).lost_links, 0u) << "nobody wanted the links";
}

TEST(Archive, LinksWithinALinkedFolderLeadOn) {
  const TemporaryFolder folder;
  write_archive(folder / "x.tar", {{"a/0", bytes_of("zero")}, {"d/1", bytes_of("one")}},
                {{"a/hard", "a/0", true}, {"a/soft", "0"}, {"a/other", "../d"}, {"b", "a"}, {"c", "b/other"}});
  Members expected;
  for (const char* name : {"a/0", "a/hard", "a/soft", "b/0", "b/hard", "b/soft"}) expected[name] = bytes_of("zero");
  for (const char* name : {"d/1", "a/other/1", "b/other/1", "c/1"}) expected[name] = bytes_of("one");
  EXPECT_EQ(read_all(folder / "x.tar"), expected) << "as tar and ls -RL have it";
}

TEST(Archive, LinksThatLeadIntoEachOtherEnd) {
  const TemporaryFolder folder;
  write_archive(folder / "x.tar", {{"x/f", bytes_of("f")}, {"y/g", bytes_of("g")}},
                {{"x/l", "../y"}, {"y/m", "../x"}, {"z", "z"}});
  Members expected;
  for (const char* name : {"x/f", "y/m/f"}) expected[name] = bytes_of("f");
  for (const char* name : {"y/g", "x/l/g"}) expected[name] = bytes_of("g");
  EXPECT_EQ(read_all(folder / "x.tar"), expected);
}

TEST(Archive, NamesAreTheirBytes) {
  const TemporaryFolder folder;
  const std::string russian = "\xd1\x82\xd0\xb5\xd1\x81\xd1\x82/1", french = "caf\xe9/1", japanese = "\x95\x5c/1";
  for (const Members& members :
       {Members{{russian, bytes_of("1")}},
        Members{{russian, bytes_of("1")}, {french, bytes_of("2")}, {japanese, bytes_of("3")}}}) {
    for (const char* name : {"x.zip", "x.tar"}) {
      write_archive(folder / name, members);
      EXPECT_EQ(read_all(folder / name), members) << name;
    }
  }
}

TEST(Archive, NamesAreMadePlain) {
  const TemporaryFolder folder;
  write_archive(folder / "x.tar",
                {{"./a//1", bytes_of("1")}, {"/b/./2", bytes_of("2")}, {"../c/d/../3", bytes_of("3")}});
  EXPECT_EQ(read_all(folder / "x.tar"),
            (Members{{"a/1", bytes_of("1")}, {"b/2", bytes_of("2")}, {"c/3", bytes_of("3")}}));
  write_archive(folder / "x.zip", {{"a\\1", bytes_of("1")}, {"b/c\\2", bytes_of("2")}, {"\x95\\.png", bytes_of("3")}});
  EXPECT_EQ(read_all(folder / "x.zip"),
            (Members{{"a/1", bytes_of("1")}, {"b/c\\2", bytes_of("2")}, {"\x95\\.png", bytes_of("3")}}));
}

TEST(Archive, AMemberIsKnownByItsFirstBytesToo) {
  const TemporaryFolder folder;
  Bytes large(100'000, 7);
  large[0] = 1;
  write_archive(folder / "x.tar", {{"1", large}, {"2", Bytes(100'000, 7)}, {"3", {}}}, {{"4", "1"}, {"5", "2"}});
  Members found;
  const MemberFilter filter = [](const std::string&, const Head& head) { return !head().empty() && head()[0] == 1; };
  walk_archive(folder / "x.tar", filter, [&](const std::string& name, Bytes bytes) {
    found[name] = std::move(bytes);
    return true;
  });
  EXPECT_EQ(found, (Members{{"1", large}, {"4", large}}));
}

TEST(Archive, APointerIsNoArchive) {
  const TemporaryFolder folder;
  write_file(folder / "x.zip",
             std::string_view("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3\n"));
  EXPECT_THAT(error_of([&] { read_all(folder / "x.zip"); }), HasSubstr("a Git LFS pointer"));
}

TEST(Archive, CompressedFilesAreUnpackedAndOthersPassedThrough) {
  const Bytes content(300'000, 9);
  EXPECT_EQ(decompress(gzip(content), "x.gz", 1 << 20), content);
  EXPECT_EQ(decompress(content, "x", 1 << 20), content);
  EXPECT_TRUE(decompress({}, "empty", 10).empty());
  EXPECT_THAT(error_of([&] { decompress(gzip(content), "bomb.gz", 1000); }),
              HasSubstr("bomb.gz: a member is larger than the limit of 1,000 bytes"));
  Bytes cut = gzip(content);
  cut.resize(cut.size() - 20);
  EXPECT_THAT(error_of([&] { decompress(cut, "cut.gz", 1 << 20); }), HasSubstr("cut.gz"));
}

}  // namespace
}  // namespace ganymede::data
