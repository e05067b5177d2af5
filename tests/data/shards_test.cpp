#include "ganymede/data/shards.h"

#include "data/fixtures.h"
#include "ganymede/data/archive.h"
#include "ganymede/data/prepared.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Shards, RangesKeepLeadingZerosAndMayBeSeveral) {
  EXPECT_THAT(range_of("a/x-{08..10}.tar"), ElementsAre("a/x-08.tar", "a/x-09.tar", "a/x-10.tar"));
  EXPECT_THAT(range_of("{0..1}/{9..10}.tar"), ElementsAre("0/9.tar", "0/10.tar", "1/9.tar", "1/10.tar"));
  EXPECT_TRUE(range_of("a/x-{a..b}.tar").empty());
  EXPECT_TRUE(range_of("a/{x}.tar").empty());
  EXPECT_THAT(error_of([] { range_of("x-{3..1}.tar"); }), HasSubstr("the lower number first"));
  EXPECT_THAT(error_of([] { range_of("x-{0..99999999}.tar"); }), HasSubstr("is none"));
  EXPECT_THAT(error_of([] { range_of("{0..999}/{0..999}.tar"); }), HasSubstr("too many files"));
}

TEST(Shards, AFileOfThatNameIsMeantItself) {
  const TemporaryFolder folder;
  write_archive(folder / "x-{0..1}.tar", Members{});
  EXPECT_TRUE(range_of(folder / "x-{0..1}.tar").empty());
  EXPECT_TRUE(is_there(folder / "x-{0..1}.tar"));
  EXPECT_FALSE(is_there(folder / "y-{0..1}.tar"));
}

TEST(Shards, ThoseOfAFolderAreOneSetOrSplitsOrAskedAbout) {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name) {
    write_folder(folder.path(), {{name, archive_bytes("x.tar", {})}});
  };
  write("in-train-00.tar");
  write("in-train-01.tar");
  EXPECT_EQ(shards_at(folder.path())->at(1).name, "in-train-01.tar");
  EXPECT_EQ(shards_at(folder.path())->at(1).prefix, "");
  write("in-val-00.tar");
  EXPECT_EQ(shards_at(folder.path())->at(1).prefix, "train");
  EXPECT_EQ(shards_at(folder.path())->at(2).prefix, "val");
  write("more-00.tar");
  EXPECT_THAT(error_of([&] { shards_at(folder.path()); }),
              AllOf(HasSubstr("several sets of shards"), HasSubstr("in-train-#.tar"), HasSubstr("more-#.tar")));
  write_file(folder / "a.png", png(2, 2, {1}));
  EXPECT_FALSE(shards_at(folder.path()).has_value());
}

TEST(Shards, ParquetFilesAreShardsOfTheirOwnKind) {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name) { write_folder(folder.path(), {{name, bytes_of("x")}}); };
  write("data/train-00000-of-00002.parquet");
  write("data/train-00001-of-00002.parquet");
  write("README.md");
  EXPECT_EQ(shards_at(folder.path())->size(), 2);
  write("data/test-00000-of-00001.parquet");
  EXPECT_EQ(shards_at(folder.path())->at(0).prefix, "test");
  EXPECT_EQ(shards_at(folder.path())->at(1).prefix, "train");
  EXPECT_EQ(shards_at(folder / "data/train-{00000..00001}-of-00002.parquet")->size(), 2);
  EXPECT_EQ(shards_at(folder / "data/test-00000-of-00001.parquet")->size(), 1);
  write("data/val-00.tar");
  EXPECT_THAT(error_of([&] { shards_at(folder.path()); }), HasSubstr("both tar archives and Parquet files"));
}

TEST(Shards, AChangedShardIsAnotherFingerprint) {
  const TemporaryFolder folder;
  for (const char* name : {"x-0.tar", "x-1.tar"}) write_archive(folder / name, Members{});
  const std::string before = fingerprint_of(folder / "x-{0..1}.tar");
  write_archive(folder / "x-1.tar", Members{{"a", Bytes(20'000)}});
  EXPECT_NE(fingerprint_of(folder / "x-{0..1}.tar"), before);
}

/// The extents of a tar's members, and what else was taken.
struct Taken {
  std::vector<std::pair<std::string, Extent>> placed;
  Ordered read;
};
Taken walk(const std::filesystem::path& path, const std::optional<Extent>& part = {}) {
  Taken taken;
  const Places places{[](const std::string&) { return true; },
                      [&](const std::string& name, const Extent& extent) {
                        taken.placed.emplace_back(name, extent);
                        return true;
                      }};
  const MemberFilter every = [](const std::string&, const Head&) { return true; };
  const Take take = [&](const std::string& name, Bytes bytes) {
    taken.read.emplace_back(name, std::move(bytes));
    return true;
  };
  if (part)
    walk_archive_part(path, *part, "inner", every, take, {}, &places);
  else
    walk_archive(path, every, take, {}, &places);
  return taken;
}

TEST(Extents, PlainTarsSayWhereTheirMembersLie) {
  const TemporaryFolder folder;
  const std::string long_name = std::string(180, 'n') + "/file";
  const Ordered members = {
      {"a", bytes_of("first")}, {long_name, bytes_of("second")}, {"empty", {}}, {"z", Bytes(5000, 7)}};
  write_members(folder / "x.tar", members, {{"link", "a"}, {"hard", "z", true}});
  const auto taken = walk(folder / "x.tar");
  EXPECT_TRUE(taken.read.empty());
  ASSERT_EQ(taken.placed.size(), 6u);
  for (std::size_t i = 0; i < members.size(); ++i) {
    EXPECT_EQ(taken.placed[i].first, members[i].first);
    EXPECT_EQ(read_extent(folder / "x.tar", taken.placed[i].second), members[i].second);
  }
  for (std::size_t i = 4; i < 6; ++i) {
    const auto& [name, extent] = taken.placed[i];
    EXPECT_EQ(read_extent(folder / "x.tar", extent), name == "link" ? members[0].second : members[3].second) << name;
  }
  for (const char* packed : {"x.tar.gz", "x.zip"}) {
    write_members(folder / packed, members);
    EXPECT_TRUE(walk(folder / packed).placed.empty());
    EXPECT_EQ(walk(folder / packed).read.size(), 4u);
  }
}

TEST(Extents, ATarWithinATar) {
  const TemporaryFolder folder;
  const Ordered inner = {{"a", bytes_of("one")}, {"b", bytes_of("another")}};
  write_members(folder / "x.tar", Ordered{{"first", Bytes(700)}, {"in.tar", archive_bytes("in.tar", inner)}});
  const auto outer = walk(folder / "x.tar");
  const auto taken = walk(folder / "x.tar", outer.placed.at(1).second);
  ASSERT_EQ(taken.placed.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(read_extent(folder / "x.tar", taken.placed[i].second), inner[i].second);
  write_members(folder / "y.tar", Ordered{{"in.tar", archive_bytes("in.tar.gz", inner)}});
  EXPECT_EQ(walk(folder / "y.tar", walk(folder / "y.tar").placed.at(0).second).read, inner);
}

TEST(Extents, NoneReachesBeyondTheFile) {
  const TemporaryFolder folder;
  write_members(folder / "x.tar", Ordered{{"a", Bytes(3000, 1)}, {"b", Bytes(3000, 2)}});
  const Bytes whole = read_file(folder / "x.tar");
  const std::size_t end_of_b = walk(folder / "x.tar").placed.at(1).second.offset + 3000;
  for (std::size_t keep = 1; keep < end_of_b; keep += 211) {
    if (keep % 512 == 0) continue;
    write_file(folder / "cut.tar", std::span(whole).first(keep));
    try {
      for (const auto& [name, extent] : walk(folder / "cut.tar").placed) EXPECT_LE(extent.offset + extent.bytes, keep);
      ADD_FAILURE() << keep;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("cut.tar"));
    }
  }
  const auto placed = walk(folder / "x.tar").placed;
  write_file(folder / "x.tar", std::span(whole).first(600));
  EXPECT_THAT(error_of([&] { read_extent(folder / "x.tar", placed[1].second); }), HasSubstr("start again"));
}

}  // namespace
}  // namespace ganymede::data
