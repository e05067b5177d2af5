#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::size_t kSide = 96, kPlane = kSide * kSide, kImage = 3 * kPlane;

/// Images whose bytes count up, as the file stores them.
Bytes images(std::size_t count) {
  Bytes bytes(count * kImage);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 >> 2);
  return bytes;
}

class Stl10 : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::vector<std::string>& splits = {}) {
    DatasetOptions options;
    options.name = "stl10";
    options.path = folder_ / "set";
    options.splits = splits;
    return open_dataset(options);
  }
  void write(const Members& members) {
    std::filesystem::remove_all(folder_ / "set");
    write_folder(folder_ / "set", members);
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Stl10, ColumnsOfPlanesBecomeRowsOfPixels) {
  write({{"stl10_binary/train_X.bin", images(3)}, {"stl10_binary/train_y.bin", {10, 1, 2}}});
  const auto set = open();
  ASSERT_EQ(set->size(), 3u);
  EXPECT_EQ(set->label(0), 9);
  EXPECT_EQ(set->label(1), 0);
  EXPECT_EQ(set->info().classes[2], "car");
  const Bytes from = images(3);
  const auto pixels = pixels_of(*set, 2);
  const std::size_t row = 5, column = 70, channel = 1;
  EXPECT_EQ(pixels[(row * kSide + column) * 3 + channel], from[2 * kImage + channel * kPlane + column * kSide + row]);
  EXPECT_THAT(set->info().notes, testing::ElementsAre("train_X.bin: 3 of 5,000 images", HasSubstr("checksum differs")));
}

TEST_F(Stl10, TheUnlabelledSplitHasNoLabels) {
  const Members members = {{"stl10_binary/train_X.bin", images(1)},
                           {"stl10_binary/train_y.bin", {3}},
                           {"stl10_binary/unlabeled_X.bin", images(2)}};
  write(members);
  EXPECT_EQ(open({"unlabeled"})->label(1), -1);
  EXPECT_TRUE(open({"unlabeled"})->info().classes.empty());
  const auto both = open({"train", "unlabeled"});
  EXPECT_EQ(both->size(), 3u);
  EXPECT_EQ(both->label(0), 2);
  EXPECT_EQ(both->label(2), -1);
  EXPECT_EQ(pixels_of(*both, 1), pixels_of(*both, 0));
  write({});
  std::filesystem::create_directories(folder_ / "set");
  write_archive(folder_ / "set/stl10_binary.tar.gz", members);
  EXPECT_EQ(open({"train", "unlabeled"})->info().checksum, both->info().checksum);
}

TEST_F(Stl10, DamageIsNamed) {
  write({{"train_X.bin", Bytes(2 * kImage - 1)}, {"train_y.bin", {1, 2}}});
  EXPECT_THAT(error_of([&] { open(); }), AllOf(HasSubstr("truncated"), HasSubstr("train_X.bin")));
  write({{"train_X.bin", images(2)}, {"train_y.bin", {1}}});
  EXPECT_THAT(error_of([&] { open(); }), HasSubstr("2 images but 1 label"));
  write({{"train_X.bin", images(2)}, {"train_y.bin", {1, 11}}});
  EXPECT_THAT(error_of([&] { open(); }), AllOf(HasSubstr("label 11 is out of range 1..10"), HasSubstr("byte 1")));
  write({{"train_X.bin", images(1)}});
  EXPECT_THAT(error_of([&] { open(); }), AllOf(HasSubstr("train_y.bin is missing"), HasSubstr("data fetch stl10")));
  EXPECT_THAT(error_of([&] { open({"test"}); }), HasSubstr("test_X.bin is missing"));
}

}  // namespace
}  // namespace ganymede::data
