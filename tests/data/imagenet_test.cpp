#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageNet : public testing::Test {
 protected:
  void SetUp() override {
    const auto of_class = [](const std::string& wnid, int level, int count) {
      Ordered members;
      for (int i = 0; i < count; ++i) {
        members.emplace_back(wnid + "_" + std::to_string(i) + ".JPEG",
                             png(5, 5, {static_cast<std::uint8_t>(level + i)}));
      }
      return archive_bytes(wnid + ".tar", members);
    };
    first_ = of_class("n01440764", 10, 2);
    second_ = of_class("n01443537", 20, 1);
    write_members(folder_ / "ILSVRC2012_img_train.tar", Ordered{{"n01443537.tar", second_}, {"n01440764.tar", first_}});
    write_members(folder_ / "ILSVRC2012_img_val.tar", Ordered{{"ILSVRC2012_val_00000001.JPEG", png(5, 5, {31})},
                                                              {"ILSVRC2012_val_00000002.JPEG", png(5, 5, {32})}});
  }
  std::shared_ptr<const Dataset> open(const std::vector<std::string>& splits = {}, const std::string& file = ".") {
    DatasetOptions options;
    options.name = "imagenet";
    options.path = folder_ / file;
    options.splits = splits;
    return open_dataset(options);
  }
  void truth(const std::string& name, const std::string& text) {
    for (const char* known : {"LOC_val_solution.csv", "imagenet_2012_validation_synset_labels.txt",
                              "ILSVRC2012_validation_ground_truth.txt"}) {
      std::filesystem::remove(folder_ / known);
    }
    write_file(folder_ / name, std::string_view(text));
  }
  TemporaryFolder folder_;
  Bytes first_, second_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(ImageNet, ATarOfTarsIsReadWhereItLies) {
  for (const char* path : {".", "ILSVRC2012_img_train.tar"}) {
    const auto set = open({}, path);
    EXPECT_THAT(set->info().classes, ElementsAre("n01440764", "n01443537"));
    ASSERT_EQ(set->size(), 3u);
    EXPECT_EQ(set->key(1), "n01440764/n01440764_1.JPEG");
    EXPECT_EQ(set->label(2), 1);
    EXPECT_EQ(pixels_of(*set, 1)[0], 11);
    EXPECT_EQ(pixels_of(*set, 2)[0], 20);
  }
}

TEST_F(ImageNet, TheOuterArchiveMayBeUnpacked) {
  const std::string checksum = open()->info().checksum;
  std::filesystem::remove(folder_ / "ILSVRC2012_img_train.tar");
  write_folder(folder_.path(), {{"train/n01440764.tar", first_}, {"train/n01443537.tar", second_}});
  EXPECT_EQ(open()->info().checksum, checksum);
}

TEST_F(ImageNet, ValidationImagesAndTheirClasses) {
  EXPECT_EQ(open({"val"})->label(0), -1);
  EXPECT_THAT(open({"val"})->info().notes, Contains(HasSubstr("the validation images have no labels")));
  truth("LOC_val_solution.csv",
        "ImageId,PredictionString\nILSVRC2012_val_00000002,n01443537 1 2 3 4 n01443537 5 6 7 8 \n"
        "ILSVRC2012_val_00000001,n01440764 1 2 3 4 \n");
  EXPECT_THAT(open({"val"})->info().classes, ElementsAre("n01440764", "n01443537"));
  EXPECT_EQ(open({"val"})->label(1), 1);
  EXPECT_EQ(open({"train", "val"})->size(), 5u);
  EXPECT_EQ(open({"train", "val"})->label(4), 1);
  truth("imagenet_2012_validation_synset_labels.txt", "n01443537\nn01440764\n");
  EXPECT_EQ(open({"val"}, "ILSVRC2012_img_val.tar")->label(0), 1);
  truth("ILSVRC2012_validation_ground_truth.txt", "490\n36\n");
  EXPECT_THAT(open({"val"})->info().classes, ElementsAre("36", "490"));
  EXPECT_EQ(open({"val"})->label(0), 1);
  EXPECT_THAT(error_of([&] { open({"train", "val"}); }), HasSubstr("other numbers for the classes"));
}

TEST_F(ImageNet, DamageIsNamed) {
  truth("ILSVRC2012_validation_ground_truth.txt", "490\n");
  EXPECT_THAT(error_of([&] { open({"val"}); }), HasSubstr("it says nothing of image 2"));
  truth("ILSVRC2012_validation_ground_truth.txt", "490\nx\n");
  EXPECT_THAT(error_of([&] { open({"val"}); }), HasSubstr("ILSVRC2012_validation_ground_truth.txt line 2"));
  EXPECT_THAT(error_of([&] { open({"val"}, "ILSVRC2012_img_train.tar"); }), HasSubstr("holds the split 'train' alone"));
  const Bytes whole = read_file(folder_ / "ILSVRC2012_img_train.tar");
  write_file(folder_ / "ILSVRC2012_img_train.tar", std::span(whole).first(whole.size() / 2 + 100));
  EXPECT_THAT(error_of([&] { open(); }), AllOf(HasSubstr("cut short"), HasSubstr("ILSVRC2012_img_train.tar")));
  write_members(folder_ / "ILSVRC2012_img_train.tar",
                Ordered{{"n01440764.tar", std::vector(first_.begin(), first_.begin() + 700)}});
  EXPECT_THAT(error_of([&] { open(); }), HasSubstr("n01440764.tar"));
  std::filesystem::remove(folder_ / "ILSVRC2012_img_train.tar");
  EXPECT_THAT(error_of([&] { open(); }),
              AllOf(HasSubstr("ILSVRC2012_img_train.tar is missing"), HasSubstr("ask for what is there: split val")));
}

}  // namespace
}  // namespace ganymede::data
