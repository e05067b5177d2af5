// A user's own images: all are used, or it is said which are not and why.
#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "data/fixtures.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sieve.h"
#include "ganymede/data/survey.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class Readers : public testing::Test {
 protected:
  DatasetOptions options(const std::string& name = "set") {
    DatasetOptions wanted;
    wanted.name = "folder";
    wanted.path = folder_ / name;
    return wanted;
  }
  std::string failure(const DatasetOptions& wanted) {
    return error_of([&] { open_dataset(wanted); });
  }
  void write(const Members& members) { write_folder(folder_ / "set", members); }
  static Bytes grey(int level) { return png(4, 4, {static_cast<std::uint8_t>(level)}); }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Readers, ImagesAreKnownByTheirContent) {
  Members members = {{"a/none", grey(1)},
                     {"a/wrong.txt", grey(2)},
                     {"a/b.jfif", grey(3)},
                     {"b/1.png", grey(4)},
                     {"b/notes.txt", bytes_of("x")},
                     {"b/drawing.svg", bytes_of("<svg/>")},
                     {"b/more.svg", bytes_of("<svg/>")},
                     {"b/photo.cr2", bytes_of("II*\0xxxxCR")}};
  write(members);
  write_archive(folder_ / "x.zip", members);
  for (const char* name : {"set", "x.zip"}) {
    const auto set = open_dataset(options(name));
    EXPECT_EQ(set->size(), 4u) << name;
    EXPECT_THAT(set->info().notes, Contains("taken: 4 images (4 PNG)"));
    EXPECT_THAT(set->info().notes, Contains("left out: 3 images of formats that are not read (1 .cr2, 2 .svg)"));
    EXPECT_THAT(set->info().notes, Contains("left out: 1 file that is no image (1 .txt)"));
  }
}

TEST_F(Readers, ArchivesWithLinksGiveTheFoldersSet) {
  Members members, plain;
  std::vector<Link> links;
  for (int i = 0; i < 10; ++i) {
    const std::string name = std::to_string(i) + ".png";
    members["a/" + name] = grey(i);
    plain["a/" + name] = plain["b/" + name] = grey(i);
    links.push_back({"b/" + name, i % 2 == 0 ? "a/" + name : "../a/" + name, i % 2 == 0});
  }
  write(plain);
  write_archive(folder_ / "x.tar", members, links);
  const auto set = open_dataset(options("x.tar"));
  EXPECT_EQ(set->size(), 20u);
  EXPECT_THAT(set->info().classes, ElementsAre("a", "b"));
  EXPECT_EQ(set->info().checksum, open_dataset(options())->info().checksum);
}

TEST_F(Readers, NamesOfAnyBytesBecomeText) {
  const Members members = {{"caf\xe9/1.png", grey(1)}, {"two\nlines/2.png", grey(2)}, {"plain/\xff.png", grey(3)}};
  write(members);
  write_archive(folder_ / "x.zip", members);
  for (const char* name : {"set", "x.zip"}) {
    const auto set = open_dataset(options(name));
    EXPECT_THAT(set->info().classes, ElementsAre("caf\\xe9", "plain", "two\\nlines"));
    EXPECT_EQ(set->key(1), "plain/\\xff.png");
    DatasetOptions wanted = options(name);
    write_file(folder_ / "list.txt", std::string_view("plain/\\xff.png\n"));
    wanted.exclude = folder_ / "list.txt";
    EXPECT_EQ(open_dataset(wanted)->size(), 2u) << "a list finds what it names";
  }
  write({{"caf\xe9/bad.png", bytes_of("x")}});
  EXPECT_THAT(failure(options()), HasSubstr("caf\\xe9/bad.png"));
}

TEST_F(Readers, ImagesBesideTheOnlyFolderAreNotDropped) {
  write({{"1.png", grey(1)},
         {"2.png", grey(2)},
         {"3.png", grey(3)},
         {"thumbs/1.png", grey(1)},
         {"thumbs/2.png", grey(2)}});
  EXPECT_THAT(failure(options()), AllOf(HasSubstr("3 images lie beside the folder 'thumbs' with 2"),
                                        HasSubstr("data.classes=[\"thumbs\"]")));
  DatasetOptions wanted = options();
  wanted.classes = {"thumbs"};
  EXPECT_EQ(open_dataset(wanted)->size(), 2u);
  EXPECT_THAT(open_dataset(wanted)->info().notes, Contains("left out: 3 images beside the class folders"));
}

TEST_F(Readers, AllBadFilesAreNamedAtOnceAndLeftOutOnDemand) {
  Members members;
  for (int i = 0; i < 20; ++i) members[std::to_string(i) + ".png"] = grey(i);
  Bytes cut = png(40, 40, {1, 2, 3});
  cut.resize(cut.size() / 2);
  members["z1.png"] = {};
  members["z2.png"] = cut;
  members["z3.jpg"] = bytes_of("<!DOCTYPE html><html></html>");
  members["z4.png"] = bytes_of("version https://git-lfs.github.com/spec/v1\nsize 3\n");
  write(members);
  write_archive(folder_ / "x.tar.gz", members);
  for (const char* name : {"set", "x.tar.gz"}) {
    DatasetOptions wanted = options(name);
    EXPECT_THAT(
        failure(wanted),
        AllOf(
            HasSubstr("4 of 24 images cannot be used: z1.png (the image file is empty), z2.png (the PNG is cut short), "
                      "z3.jpg (this is a web page, not an image), z4.png (this is a Git LFS pointer"),
            HasSubstr("--skip-bad")));
    for (const int size : {0, 4, 4096}) {  // as they are, in memory, decoded at each read
      wanted.size = size;
      EXPECT_THAT(failure(wanted), HasSubstr("4 of 24 images cannot be used"));
      wanted.skip_bad = true;
      const auto set = open_dataset(wanted);
      EXPECT_EQ(set->size(), 20u);
      EXPECT_THAT(set->info().notes, Contains(HasSubstr("left out: 4 bad images")));
      const auto pixels = pixels_of(*set, 19);  // millions: Each(9) would take seconds
      EXPECT_EQ(pixels, std::vector<std::uint8_t>(pixels.size(), 9)) << "9.png is the last by name";
      wanted.skip_bad = false;
    }
  }
}

TEST_F(Readers, WhatWasCheckedIsNotCheckedAgain) {
  Members members;
  for (int i = 0; i < 130; ++i) members[std::to_string(i) + ".png"] = grey(i);
  write(members);
  DatasetOptions wanted = options();
  wanted.size = 4096;  // 130 are too large for memory: decoded at each read
  const auto first = open_dataset(wanted);
  std::atomic<int> decoded{0};
  const auto examined = [&] {
    const auto store = image_store_at(folder_ / "set");
    std::vector<std::size_t> all(store->count());
    std::iota(all.begin(), all.end(), std::size_t{0});
    decoded = 0;
    return examine(*store, all, {}, [&](std::size_t, const image::Image&) { ++decoded; });
  };
  EXPECT_EQ(examined().size(), 130u);
  EXPECT_EQ(decoded, 0);
  // The same bytes at another time and under another name are known by their checksum.
  const fs::path file = folder_ / "set/3.png";
  const auto time = fs::last_write_time(file);
  fs::last_write_time(file, time + std::chrono::seconds(1));
  fs::rename(folder_ / "set/4.png", folder_ / "set/renamed.png");
  examined();
  EXPECT_EQ(decoded, 0);
  // Other bytes are found out even where size and time are the same.
  fs::last_write_time(file, time);
  examined();
  write_file(file, Bytes(fs::file_size(file), 7));
  fs::last_write_time(file, time);
  EXPECT_THAT(failure(wanted), HasSubstr("set/3.png"));
  // A result that is damaged is as good as none.
  for (const auto& entry : fs::directory_iterator(folder_ / "cache/ganymede/surveys")) {
    Bytes bytes = read_file(entry.path());
    bytes[bytes.size() / 2] ^= 1;
    write_file(entry.path(), bytes);
  }
  EXPECT_THAT(failure(wanted), HasSubstr("set/3.png"));
}

TEST_F(Readers, OneColourAmongGreyOnesIsTheSameInEveryPlace) {
  for (const int place : {0, 7, 15, 100}) {
    Members members;
    for (int i = 0; i < 101; ++i)
      members[std::to_string(1000 + i) + ".png"] = i == place ? png(4, 4, {9, 8, 7}) : grey(i);
    const std::string name = "set" + std::to_string(place);
    write_folder(folder_ / name, members);
    for (const int size : {0, 4096}) {
      DatasetOptions wanted = options(name);
      wanted.size = size;
      const auto set = open_dataset(wanted);
      EXPECT_EQ(set->info().channels, 3) << place;
      EXPECT_THAT(set->info().notes, Contains("1 image is in colour and 100 in grey: all are taken as RGB"));
    }
  }
}

TEST_F(Readers, ImagesInPhantomsAreCounted) {
  const Members members = {{"a/1.png", grey(1)},          {"b/1.png", grey(2)},      {"@eaDir/a.jpg", grey(3)},
                           {"a/@eaDir/b/c.jpg", grey(3)}, {".git/x/y.png", grey(4)}, {"a/._1.png", grey(5)},
                           {".DS_Store", grey(6)},        {"b/Thumbs.db", grey(7)},  {"a/@eaDir/SYNO.txt", grey(8)}};
  write(members);
  write_archive(folder_ / "set.zip", members);
  for (const char* name : {"set", "set.zip"}) {
    const auto set = open_dataset(options(name));
    EXPECT_EQ(set->size(), 2u);
    EXPECT_THAT(set->info().notes,
                Contains("left out: 4 image files that are hidden or a system's own (2 @eaDir, 1 ._*, 1 .git)"))
        << name;
  }
}

/// A zip of stored members, with the checksum of each of `bad` changed.
void write_zip_with_faults(const fs::path& file, const Members& members, const std::vector<std::string>& bad) {
  write_archive(file, members);
  Bytes bytes = read_file(file);
  for (const auto& name : bad) {
    for (auto at = bytes.begin();;) {
      at = std::search(at, bytes.end(), name.begin(), name.end());
      if (at == bytes.end()) break;
      const auto header = at - bytes.begin();
      const bool central = bytes.at(header - 46) == 'P' && bytes.at(header - 44) == 1;
      bytes.at(static_cast<std::size_t>(central ? header - 46 + 16 : header - 30 + 14)) ^= 1;
      ++at;
    }
  }
  write_file(file, bytes);
}

TEST_F(Readers, AFaultyMemberOfAZipIsABadFile) {
  Members members;
  for (int i = 10; i < 30; ++i) members[std::to_string(i) + ".png"] = grey(i);
  write_zip_with_faults(folder_ / "set.zip", members, {"12.png", "29.png"});
  DatasetOptions wanted = options("set.zip");
  EXPECT_THAT(failure(wanted), AllOf(HasSubstr("2 of 20 images cannot be used: 12.png (it is damaged in the archive"),
                                     HasSubstr("29.png"), HasSubstr("--skip-bad")));
  wanted.skip_bad = true;
  EXPECT_EQ(open_dataset(wanted)->size(), 18u);
}

TEST_F(Readers, AFaultyMemberThatLinksLeadToEndsNothing) {
  Members members;
  for (int i = 10; i < 20; ++i) members[std::to_string(i) + ".png"] = grey(i);
  const fs::path file = folder_ / "set.zip";
  write_archive(file, members, {{"a.png", "12.png"}, {"b.png", "12.png"}, {"c.png", "19.png"}});
  Bytes bytes = read_file(file);
  const std::string name = "12.png";
  const auto header = std::search(bytes.begin(), bytes.end(), name.begin(), name.end()) - 30;
  const auto content = header + 30 + header[26] + header[28];  // behind the name and what else stands there
  std::fill_n(content, 8, 0xFF);                               // no deflated block begins so: reading ends at it
  write_file(file, bytes);
  DatasetOptions wanted = options("set.zip");
  EXPECT_THAT(failure(wanted), AllOf(HasSubstr("3 of 13 images cannot be used"), HasSubstr("a.png"), HasSubstr("b.png"),
                                     HasSubstr("12.png")));
  wanted.skip_bad = true;
  EXPECT_EQ(open_dataset(wanted)->size(), 10u);
}

TEST_F(Readers, TransparencyIsSaid) {
  // 4x4 of one colour with a colour that is clear (tRNS): that one, and another.
  const auto with_clear = [](int level, int clear) {
    Bytes bytes = grey(level);
    const Bytes chunk{0, 0, 0, 2, 't', 'R', 'N', 'S', 0, static_cast<std::uint8_t>(clear)};
    Bytes crc(4);
    const auto sum = crc32(0, chunk.data() + 4, 6);
    for (int i = 0; i < 4; ++i) crc[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    Bytes all = chunk;
    all.insert(all.end(), crc.begin(), crc.end());
    bytes.insert(bytes.begin() + 33, all.begin(), all.end());  // behind IHDR
    return bytes;
  };
  write({{"1.png", with_clear(9, 9)}, {"2.png", with_clear(9, 8)}});
  EXPECT_THAT(open_dataset(options())->info().notes, Contains("1 image has transparency, which shows white"));
}

TEST_F(Readers, WhetherImagesWereResizedIsKnown) {
  write({{"1.png", png(4, 4, {1})}, {"2.png", png(4, 4, {2})}});
  DatasetOptions wanted = options();
  EXPECT_FALSE(open_dataset(wanted)->info().resized);
  wanted.size = 4;
  EXPECT_FALSE(open_dataset(wanted)->info().resized);
  wanted.size = 2;
  EXPECT_TRUE(open_dataset(wanted)->info().resized);
}

TEST(Sieve, KnowsEndingsInAnyCase) {
  EXPECT_TRUE(is_image_name("a/b.JPG"));
  EXPECT_TRUE(is_image_name("x.jpe"));
  EXPECT_TRUE(is_image_name("x.HEIC"));
  EXPECT_FALSE(is_image_name("x.svg"));
  EXPECT_FALSE(is_image_name("png"));
}

}  // namespace
}  // namespace ganymede::data
