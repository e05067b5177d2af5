#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class Cifar : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const std::filesystem::path& path, const std::vector<std::string>& splits = {},
                                      const std::string& name = "cifar10") {
    DatasetOptions options;
    options.name = name;
    options.path = path;
    options.splits = splits;
    return open_dataset(options);
  }
  std::string failure(const std::filesystem::path& path) {
    return error_of([&] { open(path); });
  }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Cifar, FolderTarAndTheFolderAroundItAreOne) {
  write_folder(folder_ / "plain", cifar10_members());
  for (const char* name : {"gz/cifar-10-binary.tar.gz", "xz/cifar-10-binary.tar.xz", "zip/any.zip"}) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_archive(folder_ / name, cifar10_members());
  }
  const auto plain = open(folder_ / "plain");
  EXPECT_EQ(plain->size(), 10u);
  EXPECT_THAT(plain->info().splits, ElementsAre("train"));
  EXPECT_EQ(plain->info().classes[3], "cat");
  EXPECT_EQ(plain->info().height, 32);
  EXPECT_EQ(plain->info().channels, 3);
  EXPECT_EQ(plain->label(1), 1);
  for (const char* path : {"plain/cifar-10-batches-bin", "gz", "gz/cifar-10-binary.tar.gz", "xz", "zip/any.zip"}) {
    EXPECT_EQ(open(folder_ / path)->info().checksum, plain->info().checksum) << path;
  }
}

TEST_F(Cifar, PlanesBecomeInterleavedChannels) {
  write_folder(folder_ / "plain", cifar10_members());
  const auto pixels = pixels_of(*open(folder_ / "plain"), 1);
  EXPECT_THAT(std::vector(pixels.begin(), pixels.begin() + 6), ElementsAre(200, 100, 50, 1, 2, 3));
}

TEST_F(Cifar, SplitsAreMergedInTheAskedOrder) {
  auto members = cifar10_members();
  members["cifar-10-batches-bin/test_batch.bin"] = cifar_records(1);
  write_folder(folder_ / "plain", members);
  EXPECT_EQ(open(folder_ / "plain", {"test"})->size(), 1u);
  EXPECT_EQ(open(folder_ / "plain", {"train", "test"})->size(), 11u);
  EXPECT_THAT(error_of([&] { open(folder_ / "plain", {"trian"}); }), HasSubstr("did you mean 'train'?"));
  EXPECT_THROW(open(folder_ / "plain", {"train", "train"}), UsageError);
}

TEST_F(Cifar, NotesSayWhatIsNotAsPublished) {
  write_folder(folder_ / "plain", cifar10_members());
  const auto notes = open(folder_ / "plain", {"test"})->info().notes;
  EXPECT_THAT(notes, ElementsAre("test_batch.bin: 2 of 10,000 records",
                                 "checksum differs from the published one: test_batch.bin"));
}

TEST_F(Cifar, WithoutNamesClassesGoByNumber) {
  auto members = cifar10_members();
  members["cifar-10-batches-bin/batches.meta.txt"] = bytes_of("just\nthree\nnames\n");
  write_folder(folder_ / "plain", members);
  const auto set = open(folder_ / "plain");
  EXPECT_EQ(set->info().classes[9], "9");
  EXPECT_THAT(set->info().notes, Contains(HasSubstr("batches.meta.txt is missing or incomplete")));
}

TEST_F(Cifar, HundredUsesTheFineLabel) {
  std::string names;
  for (int i = 0; i < 100; ++i) names += "kind" + std::to_string(i) + "\n";
  write_folder(folder_ / "plain", {{"train.bin", cifar_records(60, 2, 100)},
                                   {"test.bin", cifar_records(3, 2, 100)},
                                   {"fine_label_names.txt", bytes_of(names)}});
  const auto set = open(folder_ / "plain", {"train", "test"}, "cifar100");
  EXPECT_EQ(set->size(), 63u);
  EXPECT_EQ(set->label(42), 42);
  EXPECT_EQ(set->info().classes[42], "kind42");
  EXPECT_EQ(pixels_of(*set, 42)[3], 42);
}

TEST_F(Cifar, TruncatedBatchIsNamedWithRecord) {
  auto members = cifar10_members();
  members["cifar-10-batches-bin/data_batch_3.bin"].resize(3073 + 1000);
  write_folder(folder_ / "plain", members);
  EXPECT_THAT(failure(folder_ / "plain"),
              AllOf(HasSubstr("truncated: it ends 1,000 bytes into record 1"), HasSubstr("data_batch_3.bin"),
                    HasSubstr("`ganymede data fetch cifar10`")));
  members["cifar-10-batches-bin/data_batch_3.bin"].clear();
  write_folder(folder_ / "plain", members);
  EXPECT_THAT(failure(folder_ / "plain"), HasSubstr("truncated"));
}

TEST_F(Cifar, LabelOutOfRangeIsNamedWithByte) {
  auto members = cifar10_members();
  members["cifar-10-batches-bin/data_batch_2.bin"][3073] = 10;
  write_archive(folder_ / "x.tar.gz", members);
  EXPECT_THAT(failure(folder_ / "x.tar.gz"),
              AllOf(HasSubstr("label 10 is out of range 0..9"), HasSubstr("data_batch_2.bin record 1 (byte 3073)")));
}

TEST_F(Cifar, AMissingBatchOrFolderIsNamed) {
  auto members = cifar10_members();
  members.erase("cifar-10-batches-bin/data_batch_4.bin");
  write_folder(folder_ / "plain", members);
  EXPECT_THAT(failure(folder_ / "plain"), AllOf(HasSubstr("data_batch_4.bin is missing"), HasSubstr("plain")));
  EXPECT_THAT(failure(folder_ / "nowhere"), HasSubstr("`ganymede data fetch cifar10`"));
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_THAT(failure(folder_ / "empty"), HasSubstr("data_batch_1.bin is missing"));
}

TEST_F(Cifar, WhoseFolderIsFoundBelowTheOneNamed) {
  write_folder(folder_ / "sets/cifar10", cifar10_members());
  EXPECT_EQ(open(folder_ / "sets")->size(), 10u);
  const Environment root("GANYMEDE_DATA", (folder_ / "sets").string());
  EXPECT_EQ(open("")->size(), 10u);
}

}  // namespace
}  // namespace ganymede::data
