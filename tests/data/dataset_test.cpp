#include "ganymede/data/dataset.h"

#include "data/fixtures.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::ElementsAre;
using testing::HasSubstr;

DatasetOptions shapes() {
  DatasetOptions options;
  options.name = "shapes";
  options.count = 60;
  return options;
}

TEST(OpenDataset, KnowsItsNames) {
  EXPECT_THAT(dataset_names(), ElementsAre("shapes", "cifar10", "cifar100", "mnist", "fashion-mnist", "kmnist",
                                           "emnist-balanced", "emnist-byclass", "emnist-bymerge", "emnist-digits",
                                           "emnist-letters", "emnist-mnist", "stl10", "svhn", "flowers102", "lsun",
                                           "mnistm", "celeba", "imagenet", "folder", "arrays", "packed"));
  EXPECT_THROW(source_named("x"), UsageError);
  EXPECT_THAT(error_of([] { source_named("cifar-10"); }), HasSubstr("did you mean 'cifar10'?"));
}

TEST(OpenDataset, BuiltInDataTakesEveryOption) {
  DatasetOptions options = shapes();
  options.classes = {"star", "ring"};
  options.size = 20;
  options.channels = 1;
  const auto set = open_dataset(options);
  EXPECT_EQ(set->size(), 12u);
  EXPECT_THAT(set->info().classes, ElementsAre("star", "ring"));
  EXPECT_EQ(set->info().width, 20);
  EXPECT_EQ(set->info().channels, 1);
  EXPECT_EQ(pixels_of(*set, 11), pixels_of(*open_dataset(options), 11));
}

TEST(OpenDataset, OptionsOutOfRangeAreUsageErrors) {
  for (const auto& change : std::vector<void (*)(DatasetOptions&)>{
           [](DatasetOptions& o) { o.size = -1; }, [](DatasetOptions& o) { o.size = 100'000; },
           [](DatasetOptions& o) { o.channels = 2; }, [](DatasetOptions& o) { o.splits = {"nope"}; },
           [](DatasetOptions& o) { o.classes = {"nope"}; }}) {
    DatasetOptions options = shapes();
    change(options);
    EXPECT_THROW(open_dataset(options), UsageError);
  }
}

TEST(ImageSize, IsASideOrHeightAndWidth) {
  EXPECT_EQ(ImageSize::of_text("64"), ImageSize(64, 64));
  EXPECT_EQ(ImageSize::of_text("64,96"), ImageSize(64, 96));
  EXPECT_EQ(ImageSize(64, 96).text(), "96x64");
  for (const char* text : {"", "x", "64,", "64x96", "64,96,3", "64, 96"}) {
    EXPECT_THAT(test::error_of([&] { ImageSize::of_text(text); }), testing::HasSubstr("height and width: 64,96"))
        << text;
  }
}

TEST(GuessSource, GoesByTheNamesOfFiles) {
  const TemporaryFolder folder;
  write_folder(folder / "a", cifar10_members());
  write_folder(folder / "b", {{"train-images-idx3-ubyte.gz", {}}});
  write_folder(folder / "my-fashion", {{"train-images-idx3-ubyte.gz", {}}});
  write_folder(folder / "c", {{"train_32x32.mat", {}}});
  write_folder(folder / "d", {{"fine_label_names.txt", {}}});
  write_folder(folder / "e", {{"x/1.png", {}}});
  EXPECT_EQ(guess_source(folder / "a"), "cifar10");
  EXPECT_EQ(guess_source(folder / "b"), "mnist");
  EXPECT_EQ(guess_source(folder / "my-fashion"), "fashion-mnist");
  EXPECT_EQ(guess_source(folder / "c"), "svhn");
  // The folder of them all is none of them.
  EXPECT_THAT(error_of([&] { guess_source(folder.path()); }),
              HasSubstr("the folder holds several data sets (cifar10, cifar100, fashion-mnist, mnist, svhn)"));
  EXPECT_EQ(guess_source(folder / "c/train_32x32.mat"), "svhn");
  EXPECT_EQ(guess_source(folder / "d"), "cifar100");
  EXPECT_EQ(guess_source(folder / "e"), "folder");
  EXPECT_EQ(guess_source("cifar-10-binary.tar.gz"), "cifar10");
}

}  // namespace
}  // namespace ganymede::data
