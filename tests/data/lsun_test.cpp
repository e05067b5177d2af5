#include <lmdb.h>

#include "data/fixtures.h"
#include "ganymede/core/random.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/lmdb_check.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

void write_lmdb(const fs::path& folder, const Members& entries, unsigned database_flags = 0) {
  fs::create_directories(folder);
  MDB_env* env = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi main = 0;
  ASSERT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_mapsize(env, std::size_t{1} << 30);
  ASSERT_EQ(mdb_env_open(env, folder.c_str(), 0, 0644), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &transaction), 0);
  ASSERT_EQ(mdb_dbi_open(transaction, nullptr, database_flags, &main), 0);
  for (const auto& [name, bytes] : entries) {
    MDB_val key{name.size(), const_cast<char*>(name.data())},
        value{bytes.size(), const_cast<std::uint8_t*>(bytes.data())};
    ASSERT_EQ(mdb_put(transaction, main, &key, &value, 0), 0);
  }
  ASSERT_EQ(mdb_txn_commit(transaction), 0);
  mdb_env_close(env);
}

/// Image i is 6x8 of red level i, but every tenth is large and grainy, beyond a page; the key is text.
Members images(int count) {
  Members entries;
  for (int i = 0; i < count; ++i) {
    char key[24];
    std::snprintf(key, sizeof key, "key%08d", i);
    const auto level = static_cast<std::uint8_t>(i);
    image::Image image(i % 10 == 3 ? 60 : 6, i % 10 == 3 ? 80 : 8, 3);
    for (std::size_t at = 0; at < image.pixels.size(); ++at) {
      image.pixels[at] = at % 3 == 0 ? level : static_cast<std::uint8_t>(mix64(at) * (image.width > 6 ? 1 : 0));
    }
    entries[key] = png(image);
  }
  return entries;
}

class Lsun : public testing::Test {
 protected:
  DatasetOptions options(const std::string& path = "set") {
    DatasetOptions wanted;
    wanted.name = "lsun";
    wanted.path = folder_ / path;
    wanted.size = 4;
    return wanted;
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Lsun, ReadsACategory) {
  write_lmdb(folder_ / "set/bedroom_val_lmdb", images(250));
  fs::remove(folder_ / "set/bedroom_val_lmdb/lock.mdb");
  const LmdbFacts facts = check_lmdb(folder_ / "set/bedroom_val_lmdb/data.mdb");
  EXPECT_EQ(facts.entries, 250u);
  for (const char* path : {"set/bedroom_val_lmdb", "set/bedroom_val_lmdb/data.mdb"}) {
    const auto set = open_dataset(options(path));
    ASSERT_EQ(set->size(), 250u);
    EXPECT_THAT(set->info().classes, ElementsAre("bedroom"));
    EXPECT_THAT(set->info().splits, ElementsAre("val"));
    for (const std::size_t i : {0u, 3u, 13u, 124u, 249u}) EXPECT_EQ(pixels_of(*set, i)[0], i) << i;
  }
  EXPECT_FALSE(fs::exists(folder_ / "set/bedroom_val_lmdb/lock.mdb")) << "reading leaves no trace";
  EXPECT_EQ(guess_source(folder_ / "set"), "lsun");
}

TEST_F(Lsun, CategoriesAreClassesAndSplitsAreFolders) {
  write_lmdb(folder_ / "set/church_outdoor_train_lmdb", images(3));
  write_lmdb(folder_ / "set/bedroom_train_lmdb", images(5));
  write_lmdb(folder_ / "set/bedroom_val_lmdb", images(2));
  const auto set = open_dataset(options());
  EXPECT_THAT(set->info().classes, ElementsAre("bedroom", "church_outdoor"));
  ASSERT_EQ(set->size(), 8u);
  EXPECT_EQ(set->label(4), 0);
  EXPECT_EQ(set->label(5), 1);
  DatasetOptions wanted = options();
  wanted.splits = {"val"};
  EXPECT_EQ(open_dataset(wanted)->size(), 2u);
  wanted.splits = {"train", "val"};
  EXPECT_EQ(open_dataset(wanted)->size(), 10u);
  // A category that is not wanted is not even opened.
  write_file(folder_ / "set/bedroom_train_lmdb/data.mdb", std::string_view("damaged"));
  wanted = options();
  wanted.classes = {"church_outdoor"};
  EXPECT_EQ(open_dataset(wanted)->size(), 3u);
  EXPECT_EQ(open_dataset(wanted)->label(0), 0);
  wanted.classes = {"church"};
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), HasSubstr("unknown class 'church'"));
}

TEST_F(Lsun, OtherDatabasesHaveNoLabels) {
  Members entries = images(2);
  entries[std::string("\x01\xff", 2)] = bytes_of("no image");
  write_lmdb(folder_ / "mine", entries);
  EXPECT_THAT(error_of([&] { open_dataset(options("mine")); }), HasSubstr("data.mdb:01ff"));
  write_lmdb(folder_ / "good", images(2));
  EXPECT_THAT(open_dataset(options("good"))->info().classes, IsEmpty());
  EXPECT_THAT(open_dataset(options("good"))->info().notes, Contains(HasSubstr("no labels")));
}

TEST_F(Lsun, WhatIsMissingOrOfAnotherKindIsNamed) {
  EXPECT_THAT(error_of([&] { open_dataset(options("nowhere")); }), HasSubstr("no such file or folder"));
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(error_of([&] { open_dataset(options("empty")); }), HasSubstr("bedroom_train_lmdb"));
  write_lmdb(folder_ / "none", {});
  EXPECT_THAT(error_of([&] { open_dataset(options("none")); }), HasSubstr("no image is left"));
  write_lmdb(folder_ / "several", images(2), MDB_DUPSORT);
  EXPECT_THAT(error_of([&] { open_dataset(options("several")); }), HasSubstr("of a kind that is not read"));
  write_folder(folder_ / "text", {{"data.mdb", Bytes(20'000, 7)}});
  EXPECT_THAT(error_of([&] { open_dataset(options("text")); }), HasSubstr("none of LMDB's"));
}

TEST_F(Lsun, AnyCutDatabaseIsAnError) {
  write_lmdb(folder_ / "set", images(120));
  const fs::path file = folder_ / "set/data.mdb";
  const Bytes whole = read_file(file);
  for (std::size_t keep = 0; keep < whole.size(); keep += keep < 16'384 ? 997 : 4096) {
    write_file(file, std::span(whole).first(keep));
    EXPECT_THAT(error_of([&] { open_dataset(options()); }), HasSubstr("data.mdb")) << keep;
  }
}

TEST_F(Lsun, ADamagedDatabaseIsAnErrorOrHarmless) {
  write_lmdb(folder_ / "set", images(300));
  const fs::path file = folder_ / "set/data.mdb";
  const Bytes whole = read_file(file);
  Random random(7);
  int refused = 0;
  const auto try_it = [&](const Bytes& damaged) {
    write_file(file, damaged);
    try {
      const auto set = open_dataset(options());
      for (std::size_t i = 0; i < set->size(); ++i) pixels_of(*set, i);
    } catch (const Error& error) {
      ++refused;
      EXPECT_THAT(std::string(error.what()), HasSubstr("set"));
    }
  };
  for (std::size_t at = 0; at < whole.size(); at += 4096) {  // numbers and offsets lie at the beginnings of pages
    for (int time = 0; time < 6; ++time) {
      Bytes damaged = whole;
      for (int i = 0; i < 2; ++i) {
        const std::size_t place = std::min<std::size_t>(whole.size() - 1, at + random.below(time < 4 ? 200 : 4096));
        damaged[place] = time % 2 == 0 ? static_cast<std::uint8_t>(random.next()) : 0xFF;
      }
      try_it(damaged);
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(Lsun, TreesThatBiteTheirTailAreRefused) {
  write_lmdb(folder_ / "set", images(300));
  const fs::path file = folder_ / "set/data.mdb";
  Bytes bytes = read_file(file);
  const auto at = [&](std::size_t place) { return bytes[place] | std::size_t{bytes[place + 1]} << 8; };
  // The newer meta page's root is a branch; its second child is made to be the root itself.
  const std::size_t meta = at(128 + 16) > at(4096 + 128 + 16) ? 0 : 4096;
  const std::size_t root = at(meta + 16 + 112), page = root * 4096, node = page + at(page + 18);
  ASSERT_EQ(at(page + 10), 1u);
  bytes[node] = static_cast<std::uint8_t>(root);
  bytes[node + 1] = static_cast<std::uint8_t>(root >> 8);
  write_file(file, bytes);
  EXPECT_THAT(error_of([&] { check_lmdb(file); }), AllOf(HasSubstr("in use already"), HasSubstr("data.mdb")));
}

}  // namespace
}  // namespace ganymede::data
