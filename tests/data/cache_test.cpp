#include "ganymede/data/cache.h"

#include "data/fixtures.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::ElementsAre;
namespace fs = std::filesystem;

Unpacked sample() {
  Unpacked unpacked;
  unpacked.images.height = 2;
  unpacked.images.width = 1;
  unpacked.images.channels = 3;
  unpacked.images.pixels = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  unpacked.images.labels = {3, -1};
  unpacked.classes = {"one", "two"};
  unpacked.notes = {"a note"};
  return unpacked;
}

class Cache : public testing::Test {
 protected:
  Unpacked ask(const std::string& key = "key") {
    return cached(
        key,
        [&] {
          ++built_;
          return sample();
        },
        0);
  }
  fs::path only_file() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(cache_folder())) files.push_back(entry.path());
    EXPECT_EQ(files.size(), 1u);
    return files.at(0);
  }

  TemporaryFolder folder_;
  Environment place_{"XDG_CACHE_HOME", folder_.path().string()};
  int built_ = 0;
};

TEST_F(Cache, TheSecondTimeNothingIsBuilt) {
  const Unpacked first = ask(), second = ask();
  EXPECT_EQ(built_, 1);
  for (const Unpacked* unpacked : {&first, &second}) {
    EXPECT_EQ(unpacked->images.pixels, sample().images.pixels);
    EXPECT_THAT(unpacked->images.labels, ElementsAre(3, -1));
    EXPECT_EQ(unpacked->images.height, 2);
    EXPECT_EQ(unpacked->images.width, 1);
    EXPECT_EQ(unpacked->images.channels, 3);
    EXPECT_THAT(unpacked->classes, ElementsAre("one", "two"));
    EXPECT_THAT(unpacked->notes, ElementsAre("a note"));
    EXPECT_EQ(unpacked->images.checksum, content_checksum(sample().images));
  }
  ask("another key");
  EXPECT_EQ(built_, 2);
}

TEST_F(Cache, AnyDamagedByteIsNoticed) {
  ask();
  const fs::path path = only_file();
  const Bytes whole = read_file(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes damaged = whole;
    damaged[at] ^= 0x40;
    write_file(path, damaged);
    const int before = built_;
    EXPECT_EQ(ask().images.pixels, sample().images.pixels);
    EXPECT_EQ(built_, before + 1) << "byte " << at;
  }
  EXPECT_EQ(read_file(path), whole) << "it is written anew";
}

TEST_F(Cache, AnyCutFileIsNoticed) {
  ask();
  const fs::path path = only_file();
  const Bytes whole = read_file(path);
  for (std::size_t keep = 0; keep < whole.size(); ++keep) {
    write_file(path, std::span(whole).first(keep));
    const int before = built_;
    ask();
    EXPECT_EQ(built_, before + 1) << keep << " bytes";
  }
}

TEST_F(Cache, WhatCannotBeWrittenIsNoError) {
  write_file(folder_ / "ganymede", std::string_view("a file where the folder should be"));
  EXPECT_EQ(ask().images.pixels, sample().images.pixels);
  EXPECT_EQ(ask().images.checksum, content_checksum(sample().images));
  EXPECT_EQ(built_, 2);
}

TEST_F(Cache, WhatIsQuickIsNotKept) {
  cached("quick", sample, 60);
  EXPECT_FALSE(fs::exists(cache_folder()));
}

}  // namespace
}  // namespace ganymede::data
