#include <fmt/format.h>
#include <sys/stat.h>

#include "data/fixtures.h"
#include "ganymede/data/dataset.h"
#include "ganymede/image/resize.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::uint8_t> kRed = {250, 10, 20}, kBlue = {10, 20, 250};

class Folder : public testing::Test {
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

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Folder, ClassesAreTheFirstLevel) {
  write({{"red/1.png", png(4, 4, kRed)},
         {"red/deep/2.PNG", png(4, 4, kRed)},
         {"blue/1.png", png(4, 4, kBlue)},
         {"blue/.hidden.png", bytes_of("no image")},
         {"__MACOSX/red/1.png", bytes_of("no image")},
         {"read me.txt", bytes_of("no image")}});
  const auto set = open_dataset(options());
  EXPECT_THAT(set->info().classes, ElementsAre("blue", "red"));
  EXPECT_EQ(set->size(), 3u);
  EXPECT_EQ(set->info().width, 4);
  EXPECT_EQ(set->info().channels, 3);
  EXPECT_EQ(set->label(0), 0);
  EXPECT_EQ(set->label(2), 1);
  EXPECT_EQ(pixels_of(*set, 0)[2], 250);
  EXPECT_EQ(pixels_of(*set, 2)[0], 250);
}

TEST_F(Folder, ArchiveAndFolderGiveTheSameSet) {
  const Members members = {{"b/2.png", png(4, 4, kRed)}, {"a/1.png", png(4, 4, kBlue)}, {"b/1.png", png(4, 4, {9})}};
  write(members);
  Members wrapped;
  for (const auto& [name, bytes] : members) wrapped["some folder/" + name] = bytes;
  write_archive(folder_ / "x.zip", members);
  write_archive(folder_ / "wrapped.tar.gz", wrapped);
  const auto plain = open_dataset(options());
  for (const char* name : {"x.zip", "wrapped.tar.gz"}) {
    const auto packed = open_dataset(options(name));
    EXPECT_EQ(packed->info().checksum, plain->info().checksum);
    EXPECT_EQ(packed->info().classes, plain->info().classes);
  }
}

TEST_F(Folder, WithoutFoldersThereAreNoLabels) {
  write({{"1.png", png(4, 4, kRed)}, {"2.png", png(4, 4, kBlue)}});
  const auto set = open_dataset(options());
  EXPECT_THAT(set->info().classes, IsEmpty());
  EXPECT_EQ(set->label(1), -1);
  DatasetOptions wanted = options();
  wanted.classes = {"red"};
  EXPECT_THAT(failure(wanted), HasSubstr("data without labels"));
}

TEST_F(Folder, ImagesBesideClassFoldersAreLeftOutWithANote) {
  write({{"a/1.png", png(4, 4, kRed)},
         {"a/2.png", png(4, 4, kRed)},
         {"b/1.png", png(4, 4, kRed)},
         {"b/2.png", png(4, 4, kRed)},
         {"cover.png", png(9, 9, kRed)}});
  const auto set = open_dataset(options());
  EXPECT_EQ(set->size(), 4u);
  EXPECT_THAT(set->info().notes, testing::Contains("left out: 1 image beside the class folders"));
}

TEST_F(Folder, MixedSizesAreCroppedAndResized) {
  write({{"a/wide.png", png(20, 8, kRed)}, {"a/tall.png", png(6, 30, kBlue)}, {"a/small.png", png(3, 3, {100})}});
  EXPECT_THAT(failure(options()), AllOf(HasSubstr("images of 3 sizes in one set: 1 of 3x3"), HasSubstr("--size")));
  DatasetOptions wanted = options();
  wanted.size = 6;
  const auto set = open_dataset(wanted);
  EXPECT_EQ(set->info().height, 6);
  EXPECT_EQ(set->info().width, 6);
  EXPECT_EQ(set->info().channels, 3);
  EXPECT_THAT(pixels_of(*set, 0), testing::Each(100));
  EXPECT_EQ(pixels_of(*set, 2)[0], 250);
}

TEST_F(Folder, ChannelsAreThoseOfTheImagesUnlessAskedFor) {
  write({{"a/1.png", png(4, 4, {100})}, {"a/2.png", png(4, 4, {50})}});
  EXPECT_EQ(open_dataset(options())->info().channels, 1);
  DatasetOptions wanted = options();
  wanted.channels = 3;
  EXPECT_THAT(pixels_of(*open_dataset(wanted), 0), testing::Each(100));
}

TEST_F(Folder, SplitsAreTheFirstLevelWhenAskedFor) {
  write({{"train/a/1.png", png(4, 4, kRed)}, {"train/b/1.png", png(4, 4, kRed)}, {"test/b/1.png", png(4, 4, kBlue)}});
  DatasetOptions wanted = options();
  wanted.splits = {"train"};
  EXPECT_THAT(open_dataset(wanted)->info().classes, ElementsAre("a", "b"));
  wanted.splits = {"tset"};
  EXPECT_THAT(failure(wanted), HasSubstr("did you mean 'test'?"));
}

TEST_F(Folder, AnImageNetTreeHasSplits) {
  write({{"ILSVRC/train/n01440764/1.JPEG", png(4, 4, kRed)},
         {"ILSVRC/train/n01443537/1.JPEG", png(4, 4, kBlue)},
         {"ILSVRC/val/n01440764/1.JPEG", png(4, 4, kRed)},
         {"ILSVRC/val/n01440764/2.JPEG", png(4, 4, kRed)},
         {"ILSVRC/test/1.JPEG", png(4, 4, kBlue)}});
  const auto train = open_dataset(options());
  EXPECT_THAT(train->info().splits, ElementsAre("train"));
  EXPECT_THAT(train->info().classes, ElementsAre("n01440764", "n01443537"));
  EXPECT_THAT(train->info().notes, testing::Contains("the folders are splits: this is 'train'"));
  EXPECT_THAT(train->info().notes, testing::Contains("left out: 3 images of other splits"));
  EXPECT_EQ(train->size(), 2u);
  DatasetOptions wanted = options();
  wanted.splits = {"val"};
  EXPECT_EQ(open_dataset(wanted)->size(), 2u);
  EXPECT_THAT(open_dataset(wanted)->info().classes, ElementsAre("n01440764"));
  wanted.splits = {"train", "val"};
  EXPECT_EQ(open_dataset(wanted)->size(), 4u);
  wanted.splits = {"test"};
  EXPECT_THAT(open_dataset(wanted)->info().classes, IsEmpty());
}

TEST_F(Folder, ASplitThatIsAloneIsFoundToo) {
  write({{"train/a/1.png", png(4, 4, kRed)}, {"train/b/1.png", png(4, 4, kRed)}});
  EXPECT_THAT(open_dataset(options())->info().classes, ElementsAre("a", "b"));
  DatasetOptions wanted = options();
  wanted.splits = {"train"};
  EXPECT_THAT(open_dataset(wanted)->info().classes, ElementsAre("a", "b"));
  wanted.splits = {"val"};
  EXPECT_THAT(failure(wanted), HasSubstr("no folder for split 'val'"));
}

TEST_F(Folder, ClassesThatSoundLikeSplitsStayClasses) {
  write({{"train/1.png", png(4, 4, kRed)}, {"test/1.png", png(4, 4, kRed)}});
  EXPECT_THAT(open_dataset(options())->info().classes, ElementsAre("test", "train")) << "there is nothing below them";
}

TEST_F(Folder, SplitsAreNamedInAnyCaseOfLetters) {
  write({{"Train/a/1.png", png(4, 4, kRed)}, {"Train/b/1.png", png(4, 4, kRed)}, {"TEST/b/1.png", png(4, 4, kBlue)}});
  const auto set = open_dataset(options());
  EXPECT_THAT(set->info().splits, ElementsAre("Train"));
  EXPECT_THAT(set->info().classes, ElementsAre("a", "b"));
  EXPECT_THAT(set->info().notes, testing::Contains("the folders are splits: this is 'Train'"));
  DatasetOptions wanted = options();
  wanted.splits = {"TEST"};
  EXPECT_THAT(open_dataset(wanted)->info().classes, ElementsAre("b"));
  wanted.splits = {"test"};
  EXPECT_THAT(open_dataset(wanted)->info().splits, ElementsAre("TEST"));
  write({{"Test/a/1.png", png(4, 4, kRed)}});
  EXPECT_THAT(failure(wanted), HasSubstr("no folder for split 'test'; did you mean 'Test'?"));
}

TEST_F(Folder, AFewImagesBesideSplitsHideNoClasses) {
  Members members = {{"train/a/1.png", png(4, 4, kRed)},
                     {"train/a/2.png", png(4, 4, kRed)},
                     {"train/b/1.png", png(4, 4, kRed)},
                     {"test/b/1.png", png(4, 4, kBlue)},
                     {"cover.png", png(4, 4, kBlue)}};
  write(members);
  const auto set = open_dataset(options());
  EXPECT_THAT(set->info().classes, ElementsAre("a", "b"));
  EXPECT_EQ(set->size(), 3u);
  EXPECT_THAT(set->info().notes, AllOf(testing::Contains("the folders are splits: this is 'train'"),
                                       testing::Contains("left out: 1 image of other splits"),
                                       testing::Contains("left out: 1 image beside the splits' folders")));
  write({{"cover 2.png", png(4, 4, kBlue)}});
  EXPECT_THAT(failure(options()), HasSubstr("2 images lie beside 2 class folders with 4: which are meant?"));
}

TEST_F(Folder, SplitsThatAreTakenAsClassesAreSaid) {
  write({{"train/a/1.png", png(4, 4, kRed)}, {"train/b/1.png", png(4, 4, kRed)}, {"extra/b/1.png", png(4, 4, kBlue)}});
  EXPECT_THAT(open_dataset(options())->info().classes, ElementsAre("extra", "train"));
  EXPECT_THAT(open_dataset(options())->info().notes,
              testing::Contains("'train' is named like a split, and taken as a class; splits = [\"train\"] in [data] "
                                "(--split train) takes what is in it"));
  write({{"Test/1.png", png(4, 4, kRed)}});
  EXPECT_THAT(open_dataset(options())->info().notes,
              testing::Contains("'Test', 'train' are named like splits, and taken as classes; splits = [\"Test\"] in "
                                "[data] (--split Test) takes what is in it"));
  DatasetOptions wanted = options();
  wanted.splits = {"train"};
  EXPECT_THAT(open_dataset(wanted)->info().notes, testing::Not(testing::Contains(HasSubstr("named like"))));
}

TEST_F(Folder, SizeIsThatOfTheShorterSideThenTheCentre) {
  // ImageNet's 32x32: the shorter side becomes 32, then the centre is cut out. Cropping first gives the same image
  // but for what the filter sees beyond the crop's two edges, since the scale is the same and the crop whole.
  image::Image photo(100, 64, 3);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 100; ++x) {
      for (int c = 0; c < 3; ++c)
        photo.at(x, y)[c] = static_cast<std::uint8_t>((x * (3 + c) + y * 5 + x * y / 9) % 256);
    }
  }
  write({{"n01/1.png", png(photo)}});
  DatasetOptions wanted = options();
  wanted.size = 32;
  const auto pixels = pixels_of(*open_dataset(wanted), 0);
  const image::Image small = image::resize(photo, 50, 32);
  ASSERT_EQ(pixels.size(), 32u * 32 * 3);
  for (int y = 0; y < 32; ++y) {
    for (int x = 1; x < 31; ++x) {
      for (int c = 0; c < 3; ++c) {
        ASSERT_NEAR(pixels[static_cast<std::size_t>((y * 32 + x) * 3 + c)], small.at(x + 9, y)[c], 1) << x << " " << y;
      }
    }
  }
}

TEST_F(Folder, ClassesAndCountAreSelectedBeforeDecoding) {
  Members members = {{"a/broken.png", bytes_of("no image")}};
  for (int i = 0; i < 10; ++i) members["b/" + std::to_string(i) + ".png"] = png(4, 4, {static_cast<std::uint8_t>(i)});
  write(members);
  DatasetOptions wanted = options();
  wanted.classes = {"b"};
  wanted.count = 5;
  const auto set = open_dataset(wanted);
  EXPECT_EQ(set->size(), 5u);
  EXPECT_EQ(set->label(0), 0);
  EXPECT_EQ(pixels_of(*set, 4)[0], 8);
}

TEST_F(Folder, AnUnreadableImageIsNamed) {
  write({{"a/1.png", png(4, 4, kRed)}, {"a/2.png", bytes_of("no image")}});
  EXPECT_THAT(failure(options()), HasSubstr("set/a/2.png"));
  Bytes cut = png(40, 40, kRed);
  cut.resize(cut.size() / 2);
  write_archive(folder_ / "x.zip", {{"a/cut.png", cut}});
  EXPECT_THAT(failure(options("x.zip")), HasSubstr("x.zip:a/cut.png"));
}

TEST_F(Folder, WhatIsNoFileIsCounted) {
  write({{"a/1.png", png(4, 4, kRed)}, {"b/1.png", png(4, 4, kRed)}});
  ASSERT_EQ(mkfifo((folder_ / "set/a/2.png").c_str(), 0600), 0);
  EXPECT_THAT(open_dataset(options())->info().notes,
              testing::Contains("left out: 1 that is no file (a pipe, a socket or a device)"));
  std::filesystem::create_symlink("2.png", folder_ / "set/a/3.png");
  ASSERT_EQ(mkfifo((folder_ / "set/.pipe").c_str(), 0600), 0);
  EXPECT_THAT(open_dataset(options())->info().notes,
              testing::Contains("left out: 2 that are no files (pipes, sockets or devices)"));
}

TEST_F(Folder, OfMembersOfOneNameTheLastIsTaken) {
  const Ordered members = {{"a/1.png", png(4, 4, {10})}, {"b/1.png", png(4, 4, {20})},   {"a/1.png", png(4, 4, {30})},
                           {"a/2.png", png(4, 4, {40})}, {"./a/1.png", png(4, 4, {50})}, {"b/1.png", png(4, 4, {60})}};
  for (const char* name : {"x.zip", "x.tar", "x.tar.gz"}) {
    write_members(folder_ / name, members);
    const auto set = open_dataset(options(name));
    ASSERT_EQ(set->size(), 3u) << name;
    EXPECT_EQ(pixels_of(*set, 0)[0], 50) << name;
    EXPECT_EQ(pixels_of(*set, 2)[0], 60) << name;
    EXPECT_THAT(set->info().notes, testing::Contains("left out: 3 members whose names come again in the archive, of "
                                                     "which the last is taken (the first: a/1.png)"));
  }
  write_members(folder_ / "links.tar", {{"a/1.png", png(4, 4, {10})}, {"b/1.png", png(4, 4, {20})}},
                {{"b/1.png", "a/1.png", true}});
  const auto linked = open_dataset(options("links.tar"));
  EXPECT_EQ(pixels_of(*linked, 1)[0], 10) << "a link that comes later is the last";
  EXPECT_THAT(linked->info().notes, testing::Contains("left out: 1 member whose name comes again in the archive, of "
                                                      "which the last is taken (the first: b/1.png)"));
  const auto table = [](const char* kind) { return bytes_of(fmt::format("file,label\na.png,{0}\nb.png,{0}\n", kind)); };
  write_members(folder_ / "tables.zip", {{"a.png", png(4, 4, {10})},
                                         {"labels.csv", table("old")},
                                         {"b.png", png(4, 4, {20})},
                                         {"labels.csv", table("new")}});
  EXPECT_THAT(open_dataset(options("tables.zip"))->info().classes, ElementsAre("new"));
}

TEST_F(Folder, EmptyFoldersAndArchivesAreErrors) {
  write({{"read me.txt", bytes_of("x")}});
  EXPECT_THAT(failure(options()), AllOf(HasSubstr("no image"), HasSubstr("set")));
  write_archive(folder_ / "x.zip", {{"read me.txt", bytes_of("x")}});
  EXPECT_THAT(failure(options("x.zip")), HasSubstr("no image"));
  DatasetOptions wanted = options();
  wanted.path = "";
  EXPECT_THAT(failure(wanted), HasSubstr("--data"));
}

TEST_F(Folder, WhatIsTooMuchForMemoryIsDecodedAtEachRead) {
  // Three images blown up beyond the budget: only what is read gets made.
  write({{"a/1.png", png(4, 4, kRed)}, {"a/2.png", png(4, 4, kBlue)}, {"b/3.png", bytes_of("no image")}});
  Members members;
  for (int i = 0; i < 60; ++i) members["c/" + std::to_string(i) + ".png"] = png(4, 4, kRed);
  write(members);
  DatasetOptions wanted = options();
  wanted.size = 4096;
  EXPECT_THAT(failure(wanted), HasSubstr("b/3.png")) << "known at opening all the same";
  wanted.skip_bad = true;
  const auto set = open_dataset(wanted);
  EXPECT_EQ(set->size(), 62u);
  EXPECT_EQ(pixels_of(*set, 1)[2], 250);
  EXPECT_EQ(set->info().checksum.size(), 64u);
  EXPECT_EQ(set->info().checksum, open_dataset(wanted)->info().checksum);
}

}  // namespace
}  // namespace ganymede::data
