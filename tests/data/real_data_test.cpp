// The real data sets, where they are at hand.
#include "data/fixtures.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/statistics.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const Dataset> open(const std::string& name, const std::filesystem::path& path,
                                    const std::vector<std::string>& splits = {}) {
  DatasetOptions options;
  options.name = name;
  options.path = path;
  options.splits = splits;
  return open_dataset(options);
}

TEST(RealData, Cifar10HasItsKnownMeans) {
  GANYMEDE_REAL_DATA(root);
  const auto set = open("cifar10", root / "cifar10");
  ASSERT_EQ(set->size(), 50'000u);
  const Statistics found = statistics(*set);
  EXPECT_THAT(found.per_class, Each(5000));
  EXPECT_NEAR(found.mean[0], 0.4914, 5e-5);
  EXPECT_NEAR(found.mean[1], 0.4822, 5e-5);
  EXPECT_NEAR(found.mean[2], 0.4465, 5e-5);
  EXPECT_EQ(set->info().classes[0], "airplane");
  EXPECT_THAT(set->info().notes, ElementsAre(HasSubstr("checksum differs from the published one: data_batch_1.bin")));
}

TEST(RealData, MnistIsAsPublished) {
  GANYMEDE_REAL_DATA(root);
  const auto set = open("mnist", root / "mnist", {"train", "test"});
  ASSERT_EQ(set->size(), 70'000u);
  EXPECT_EQ(set->info().height, 28);
  EXPECT_EQ(set->info().channels, 1);
  EXPECT_THAT(set->info().notes, IsEmpty());
  const Statistics train = statistics(*open("mnist", root / "mnist"));
  EXPECT_THAT(train.per_class, ElementsAre(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949));
  EXPECT_NEAR(train.mean[0], 0.1307, 5e-5);
  EXPECT_NEAR(train.deviation[0], 0.3081, 5e-5);
}

TEST(RealData, SvhnSaysHowManyOfHowMany) {
  GANYMEDE_REAL_DATA(root);
  const auto set = open("svhn", root / "svhn");
  EXPECT_EQ(set->size(), 1083u);
  EXPECT_THAT(set->info().notes, Contains(HasSubstr("1,083 of 73,257 images")));
  EXPECT_EQ(set->label(0), 1);  // the first training image shows a 1
}

TEST(RealData, PeopleIsAZipOfTwoFolders) {
  GANYMEDE_REAL_DATA(root);
  const auto set = open("folder", root / "faces/people.zip");
  EXPECT_EQ(set->size(), 5543u);
  EXPECT_EQ(set->info().width, 64);
  EXPECT_EQ(set->info().channels, 3);
  EXPECT_THAT(set->info().classes, ElementsAre("man", "woman"));
  EXPECT_THAT(statistics(*set).per_class, ElementsAre(2425, 3118));
}

TEST(RealData, SmilesIsGreyAndLimited) {
  GANYMEDE_REAL_DATA(root);
  DatasetOptions options;
  options.name = "folder";
  options.path = root / "faces/smiles.zip";
  EXPECT_EQ(open_dataset(options)->size(), 13'165u);
  options.classes = {"smiling"};
  options.count = 1000;
  options.size = 32;
  const auto set = open_dataset(options);
  EXPECT_EQ(set->size(), 1000u);
  EXPECT_EQ(set->info().channels, 1);
  EXPECT_EQ(set->info().height, 32);
}

TEST(RealData, AFolderOfSeveralArchivesAsksWhich) {
  GANYMEDE_REAL_DATA(root);
  EXPECT_THAT(error_of([&] { open("folder", root / "faces"); }), HasSubstr("people.zip, smiles.zip"));
}

}  // namespace
}  // namespace ganymede::data
