#include "data/fixtures.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::HasSubstr;

const std::string kImages = "train-images-idx3-ubyte", kLabels = "train-labels-idx1-ubyte";

class IdxFiles : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::vector<std::string>& splits = {}, const std::string& name = "mnist") {
    DatasetOptions options;
    options.name = name;
    options.path = folder_ / "set";
    options.splits = splits;
    return open_dataset(options);
  }
  std::string failure(const Members& members) {
    std::filesystem::remove_all(folder_ / "set");
    write_folder(folder_ / "set", members);
    return error_of([&] { open(); });
  }
  TemporaryFolder folder_;
};

TEST_F(IdxFiles, PlainAndCompressedUnderTheirVariousNames) {
  write_folder(folder_ / "set", {{kImages + ".gz", gzip(idx_images(12))},
                                 {"train-labels.idx1-ubyte", idx_labels(12)},
                                 {"raw/t10k-images-idx3-ubyte", idx_images(3)},
                                 {"raw/t10k-labels-idx1-ubyte.gz", gzip(idx_labels(3))}});
  const auto set = open({"train", "test"});
  EXPECT_EQ(set->size(), 15u);
  EXPECT_EQ(set->info().height, 4);
  EXPECT_EQ(set->info().width, 3);
  EXPECT_EQ(set->info().channels, 1);
  EXPECT_EQ(set->label(11), 1);
  EXPECT_EQ(pixels_of(*set, 11), std::vector<std::uint8_t>(12, 11));
  EXPECT_EQ(set->info().classes[7], "7");
  EXPECT_EQ(open({"test"}, "fashion-mnist")->info().classes[9], "Ankle boot");
  EXPECT_THAT(set->info().notes, testing::ElementsAre(HasSubstr("checksum differs from the published one")));
}

TEST_F(IdxFiles, InsideAnArchive) {
  write_archive(folder_ / "set", {});
  std::filesystem::remove(folder_ / "set");
  std::filesystem::create_directories(folder_ / "set");
  write_archive(folder_ / "set/mnist.zip", {{kImages, idx_images(5)}, {kLabels + ".gz", gzip(idx_labels(5))}});
  EXPECT_EQ(open()->size(), 5u);
}

TEST_F(IdxFiles, WrongMagicIsNamed) {
  EXPECT_THAT(
      failure({{kImages, idx_labels(5000)}, {kLabels, idx_labels(5)}}),
      AllOf(HasSubstr("wrong magic number 0x00000801 where 0x00000803 belongs"), HasSubstr(kImages + " byte 0")));
}

TEST_F(IdxFiles, CountsThatLieAreNamed) {
  Bytes more = idx_images(5);
  more[7] = 9;
  EXPECT_THAT(failure({{kImages, more}, {kLabels, idx_labels(5)}}),
              HasSubstr("the header tells of 9 items, 108 bytes, but 60 bytes follow it"));
  Bytes huge = idx_images(5);
  huge[4] = huge[8] = 0xFF;
  EXPECT_THAT(failure({{kImages, huge}, {kLabels, idx_labels(5)}}), HasSubstr("pixels a side"));
  Bytes labels = idx_labels(5);
  labels.push_back(0);
  EXPECT_THAT(failure({{kImages, idx_images(5)}, {kLabels, labels}}), HasSubstr("5 items, 5 bytes, but 6"));
  EXPECT_THAT(failure({{kImages, idx_images(5)}, {kLabels, idx_labels(6)}}), HasSubstr("5 images but 6 labels"));
}

TEST_F(IdxFiles, TruncatedFilesAreNamed) {
  EXPECT_THAT(failure({{kImages, {0, 0, 8}}, {kLabels, idx_labels(5)}}), HasSubstr("truncated: 3 bytes"));
  Bytes cut = gzip(idx_images(5000));
  cut.resize(cut.size() / 2);
  EXPECT_THAT(failure({{kImages + ".gz", cut}, {kLabels, idx_labels(5)}}), HasSubstr(kImages + ".gz"));
}

TEST_F(IdxFiles, LabelOutOfRangeIsNamedWithByte) {
  Bytes labels = idx_labels(5);
  labels[8 + 3] = 11;
  EXPECT_THAT(failure({{kImages, idx_images(5)}, {kLabels, labels}}),
              AllOf(HasSubstr("label 11 is out of range 0..9"), HasSubstr("record 3 (byte 11)")));
}

TEST_F(IdxFiles, AMissingFileIsNamed) {
  EXPECT_THAT(failure({{kImages, idx_images(5)}}), AllOf(HasSubstr(kLabels + " (or " + kLabels + ".gz) is missing"),
                                                         HasSubstr("`ganymede data fetch mnist`")));
}

TEST_F(IdxFiles, KmnistHasItsOwnNames) {
  write_folder(folder_ / "set", {{kImages, idx_images(10)}, {kLabels, idx_labels(10)}});
  const auto set = open({}, "kmnist");
  EXPECT_EQ(set->info().classes[2], "su");
  EXPECT_EQ(set->info().classes[9], "wo");
}

/// Two images of 3x2 as EMNIST stores them, columns first: image i has 10 i + 3 row + column.
Bytes emnist_images() {
  Bytes bytes = idx_images(2, 3, 2);
  for (std::size_t image = 0; image < 2; ++image) {
    for (std::size_t row = 0; row < 2; ++row) {
      for (std::size_t column = 0; column < 3; ++column) {
        bytes[16 + 6 * image + 2 * column + row] = static_cast<std::uint8_t>(10 * image + 3 * row + column);
      }
    }
  }
  return bytes;
}

TEST_F(IdxFiles, EmnistStandsUprightAndItsLettersBeginAtOne) {
  Bytes labels = idx_labels(2);
  labels[8] = 26;
  labels[9] = 1;
  const Members members = {{"gzip/emnist-letters-train-images-idx3-ubyte.gz", gzip(emnist_images())},
                           {"gzip/emnist-letters-train-labels-idx1-ubyte.gz", gzip(labels)},
                           {"gzip/emnist-digits-train-images-idx3-ubyte.gz", gzip(idx_images(1))},
                           {"gzip/emnist-digits-train-labels-idx1-ubyte.gz", gzip(idx_labels(1))}};
  std::filesystem::create_directories(folder_ / "set");
  write_archive(folder_ / "set/gzip.zip", members);
  const auto set = open({}, "emnist-letters");
  EXPECT_EQ(set->size(), 2u);
  EXPECT_EQ(set->info().width, 3);
  EXPECT_EQ(set->info().height, 2);
  EXPECT_EQ(pixels_of(*set, 1), (Bytes{10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(set->info().classes.size(), 26u);
  EXPECT_EQ(set->info().classes[static_cast<std::size_t>(set->label(0))], "Z");
  EXPECT_EQ(set->label(1), 0);
  EXPECT_EQ(open({}, "emnist-digits")->size(), 1u);
  // As it is published, gzip.zip, the set is known by what it holds: the first of its six.
  std::filesystem::create_directories(folder_ / "published");
  write_archive(folder_ / "published/gzip.zip", members);
  EXPECT_EQ(guess_source(folder_ / "published"), "emnist-digits");
  EXPECT_EQ(guess_source(folder_ / "published/gzip.zip"), "emnist-digits");
  write_archive(folder_ / "own.zip", {{"a/1.png", png(4, 4, {1})}});
  EXPECT_EQ(guess_source(folder_ / "own.zip"), "folder");
  labels[9] = 0;
  std::filesystem::remove(folder_ / "set/gzip.zip");
  write_folder(folder_ / "set", {{"emnist-letters-train-images-idx3-ubyte", emnist_images()},
                                 {"emnist-letters-train-labels-idx1-ubyte", labels}});
  EXPECT_THAT(error_of([&] { open({}, "emnist-letters"); }),
              AllOf(HasSubstr("label 0 is out of range 1..26"), HasSubstr("byte 9")));
  EXPECT_THAT(error_of([&] { open({"test"}, "emnist-letters"); }),
              HasSubstr("emnist-letters-test-images-idx3-ubyte (or"));
}

TEST_F(IdxFiles, EmnistNamesItsClassesAsItsMappingsDo) {
  Bytes labels = idx_labels(2);
  labels[8] = 35;
  labels[9] = 46;
  for (const std::string set : {"balanced", "byclass"}) {
    write_folder(folder_ / "set", {{"emnist-" + set + "-train-images-idx3-ubyte", emnist_images()},
                                   {"emnist-" + set + "-train-labels-idx1-ubyte", labels}});
  }
  const auto balanced = open({}, "emnist-balanced")->info().classes;
  ASSERT_EQ(balanced.size(), 47u);
  EXPECT_EQ(balanced[35] + balanced[36] + balanced[46], "Zat");
  const auto classes = open({}, "emnist-byclass")->info().classes;
  ASSERT_EQ(classes.size(), 62u);
  EXPECT_EQ(classes[10] + classes[36] + classes[61], "Aaz");
}

}  // namespace
}  // namespace ganymede::data
