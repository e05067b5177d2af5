#include <set>

#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class MnistM : public testing::Test {
 protected:
  MnistM() {
    write_folder(folder_ / "data/mnist", {{"train-images-idx3-ubyte", idx_images(20, 28, 28)},
                                          {"train-labels-idx1-ubyte", idx_labels(20)},
                                          {"t10k-images-idx3-ubyte", idx_images(5, 28, 28)},
                                          {"t10k-labels-idx1-ubyte", idx_labels(5)}});
    write_folder(folder_ / "data/cifar10", cifar10_members());
  }
  DatasetOptions options(const std::string& split = "train") {
    DatasetOptions wanted;
    wanted.name = "mnistm";
    wanted.path = folder_ / "data";
    wanted.photos = folder_ / "data/cifar10";
    wanted.splits = {split};
    return wanted;
  }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
  Environment root_{"GANYMEDE_DATA", folder_ / "data"};
};

TEST_F(MnistM, PixelsAreTheDistanceOfPatchAndDigit) {
  // Level 10 * i + c in channel c, so that the photograph chosen can be told from the image.
  for (int i = 0; i < 6; ++i) {
    const auto level = static_cast<std::uint8_t>(100 + 10 * i);
    const auto next = static_cast<std::uint8_t>(level + 1);
    write_folder(folder_ / "photos", {{std::to_string(i) + ".png", png(40, 30, {level, next, 0})}});
  }
  DatasetOptions wanted = options();
  wanted.photos = folder_ / "photos";
  const auto set = open_dataset(wanted);
  ASSERT_EQ(set->size(), 20u);
  EXPECT_EQ(set->info().width, 28);
  EXPECT_EQ(set->info().channels, 3);
  std::set<int> photos;
  for (int i = 0; i < 20; ++i) {
    const auto pixels = pixels_of(*set, static_cast<std::size_t>(i));
    // Digit i is filled with i, below every level but the last channel's.
    EXPECT_EQ(pixels[2], i);
    EXPECT_EQ(pixels[1], pixels[0] + 1);
    EXPECT_EQ((pixels[0] + i) % 10, 0) << "|photograph - digit|";
    photos.insert(pixels[0] + i);
    EXPECT_EQ(set->label(static_cast<std::size_t>(i)), i % 10);
  }
  EXPECT_GT(photos.size(), 3u) << "many photographs are used";
}

TEST_F(MnistM, PatchesLieAnywhere) {
  image::Image photo(60, 28, 1);
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 60; ++x) *photo.at(x, y) = static_cast<std::uint8_t>(100 + x);
  }
  write_folder(folder_ / "photos", {{"1.png", png(photo)}});
  DatasetOptions wanted = options();
  wanted.photos = folder_ / "photos";
  const auto set = open_dataset(wanted);
  std::set<int> places;
  for (int i = 0; i < 20; ++i) {
    const auto pixels = pixels_of(*set, static_cast<std::size_t>(i));
    const int left = pixels[0] + i - 100;
    ASSERT_TRUE(left >= 0 && left <= 32) << left;
    EXPECT_EQ(pixels[27 * 3], 100 + left + 27 - i);
    places.insert(left);
  }
  EXPECT_GT(places.size(), 8u);
  EXPECT_GT(*places.rbegin(), 20);
}

TEST_F(MnistM, FollowsFromSeedSplitAndIndex) {
  const auto set = open_dataset(options()), again = open_dataset(options());
  EXPECT_EQ(set->info().checksum, again->info().checksum);
  DatasetOptions other = options();
  other.seed = 1;
  EXPECT_NE(open_dataset(other)->info().checksum, set->info().checksum);
  // A split is the same alone and beside another, and photographs stay in their own split.
  DatasetOptions both = options();
  both.splits = {"test", "train"};
  const auto merged = open_dataset(both);
  ASSERT_EQ(merged->size(), 25u);
  EXPECT_EQ(pixels_of(*merged, 5), pixels_of(*set, 0));
  EXPECT_EQ(pixels_of(*merged, 3), pixels_of(*open_dataset(options("test")), 3));
}

TEST_F(MnistM, PhotographsAreCifar10UnlessNamed) {
  DatasetOptions wanted = options();
  wanted.photos.clear();
  EXPECT_EQ(open_dataset(wanted)->info().checksum, open_dataset(options())->info().checksum);
  EXPECT_THAT(open_dataset(wanted)->info().notes, Contains(HasSubstr("put on photographs of")));
  wanted.size = 32;
  wanted.classes = {"7"};
  EXPECT_EQ(open_dataset(wanted)->size(), 2u);
  EXPECT_EQ(open_dataset(wanted)->info().width, 32);
}

TEST_F(MnistM, WhatIsMissingOrTooSmallIsNamed) {
  DatasetOptions wanted = options();
  wanted.photos = folder_ / "nowhere";
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), AllOf(HasSubstr("no photographs"), HasSubstr("[data].photos")));
  write_folder(folder_ / "small", {{"1.png", png(27, 40, {1})}});
  wanted.photos = folder_ / "small";
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), HasSubstr("27x40 are too small"));
  wanted.path = folder_ / "none";
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), HasSubstr("`ganymede data fetch mnist`"));
  wanted = options();
  wanted.name = "mnist";
  EXPECT_THAT(error_of([&] { open_dataset(wanted); }), HasSubstr("belongs to mnistm"));
}

}  // namespace
}  // namespace ganymede::data
