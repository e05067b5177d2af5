#include "data/fixtures.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Image i of eight is grey of level 10 * i; bit 0 of i is Smiling, bit 1 Male, bit 2 Young. The splits are 0 0 0 0 1
/// 1 2 2.
constexpr int kCount = 8;

std::string file_name(int index) {
  return "00000" + std::to_string(index) + ".jpg";
}

Members images(const std::string& folder = "img_align_celeba/") {
  Members members;
  for (int i = 0; i < kCount; ++i) {
    // Images are told apart by their first bytes, so a PNG will do.
    members[folder + file_name(i)] = png(6, 10, {static_cast<std::uint8_t>(10 * i), 0, 0});
  }
  return members;
}

std::string attribute_list() {
  std::string text = "8\r\nSmiling Male Young \r\n";
  for (int i = 0; i < kCount; ++i) {
    text += file_name(i);
    for (int bit = 0; bit < 3; ++bit) text += (i >> bit & 1) != 0 ? "  1" : " -1";
    text += "\r\n";
  }
  return text;
}

std::string partition_list() {
  std::string text;
  for (int i = 0; i < kCount; ++i) text += file_name(i) + " " + std::to_string(i < 4 ? 0 : i / 2 - 1) + "\n";
  return text;
}

Members whole() {
  Members members = images();
  members["list_attr_celeba.txt"] = bytes_of(attribute_list());
  members["list_eval_partition.txt"] = bytes_of(partition_list());
  return members;
}

class Celeba : public testing::Test {
 protected:
  DatasetOptions options(const std::string& name = "set") {
    DatasetOptions wanted;
    wanted.name = "celeba";
    wanted.path = folder_ / name;
    return wanted;
  }
  std::string failure(const DatasetOptions& wanted) {
    return error_of([&] { open_dataset(wanted); });
  }
  /// The numbers of the images in a set.
  std::vector<int> numbers(const Dataset& set) {
    std::vector<int> found;
    for (std::size_t i = 0; i < set.size(); ++i) found.push_back(pixels_of(set, i)[0] / 10);
    return found;
  }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Celeba, WithoutListsItIsAllFaces) {
  write_folder(folder_ / "set", images());
  const auto set = open_dataset(options());
  EXPECT_EQ(set->size(), 8u);
  EXPECT_THAT(set->info().classes, IsEmpty());
  EXPECT_EQ(set->label(3), -1);
  EXPECT_EQ(set->info().width, 6);
  EXPECT_EQ(set->info().height, 10);
  DatasetOptions wanted = options();
  wanted.where = {"Male"};
  EXPECT_THAT(failure(wanted), AllOf(HasSubstr("list_attr_celeba.txt is missing"), HasSubstr("set")));
  wanted = options();
  wanted.splits = {"test"};
  EXPECT_THAT(failure(wanted), HasSubstr("list_eval_partition.txt is missing"));
}

TEST_F(Celeba, AnAttributeMakesTwoClasses) {
  write_folder(folder_ / "set", whole());
  DatasetOptions wanted = options();
  wanted.attributes = {"Male"};
  const auto set = open_dataset(wanted);
  EXPECT_THAT(set->info().classes, ElementsAre("not Male", "Male"));
  ASSERT_EQ(set->size(), 8u);
  for (int i = 0; i < kCount; ++i) EXPECT_EQ(set->label(static_cast<std::size_t>(i)), i >> 1 & 1) << i;
}

TEST_F(Celeba, SeveralAttributesCombineAndClassesCanBeChosen) {
  write_folder(folder_ / "set", whole());
  DatasetOptions wanted = options();
  wanted.attributes = {"Male", "Smiling"};
  EXPECT_THAT(open_dataset(wanted)->info().classes,
              ElementsAre("not Male, not Smiling", "not Male, Smiling", "Male, not Smiling", "Male, Smiling"));
  EXPECT_EQ(open_dataset(wanted)->label(1), 1);
  EXPECT_EQ(open_dataset(wanted)->label(2), 2);
  wanted.classes = {"Male, Smiling"};
  EXPECT_THAT(numbers(*open_dataset(wanted)), ElementsAre(3, 7));
}

TEST_F(Celeba, AttributesAreConditionsWhereAskedFor) {
  write_folder(folder_ / "set", whole());
  auto wanted = options();
  wanted.conditions = {"Young", "Smiling"};
  wanted.where = {"Male"};
  const auto set = open_dataset(wanted);
  ASSERT_EQ(numbers(*set), (std::vector<int>{2, 3, 6, 7}));
  EXPECT_TRUE(set->info().classes.empty());
  EXPECT_EQ(set->info().conditions, (std::vector<Condition>{{"Young", 0, 1}, {"Smiling", 0, 1}}));
  EXPECT_THAT(set->conditions(1), ElementsAre(0, 1)) << "3 smiles";
  EXPECT_THAT(set->conditions(2), ElementsAre(1, 0)) << "6 is young";
  wanted.attributes = {"Male"};
  EXPECT_THAT(failure(wanted), HasSubstr("stand beside"));
  wanted.attributes = {};
  wanted.conditions = {"Yung"};
  EXPECT_THAT(failure(wanted), HasSubstr("'Yung'"));
}

TEST_F(Celeba, ConditionsFilter) {
  write_folder(folder_ / "set", whole());
  DatasetOptions wanted = options();
  wanted.where = {"Young", "!Smiling"};
  EXPECT_THAT(numbers(*open_dataset(wanted)), ElementsAre(4, 6));
  wanted.where = {"Male", "!Male"};
  EXPECT_THAT(failure(wanted), HasSubstr("both wanted and not"));
  wanted.where = {"!Smilling"};
  EXPECT_THAT(failure(wanted), AllOf(HasSubstr("unknown attribute 'Smilling'"), HasSubstr("did you mean 'Smiling'?")));
  EXPECT_THROW(open_dataset(wanted), UsageError);
}

TEST_F(Celeba, SplitsAreThoseOfTheList) {
  write_folder(folder_ / "set", whole());
  DatasetOptions wanted = options();
  wanted.splits = {"val"};
  EXPECT_THAT(numbers(*open_dataset(wanted)), ElementsAre(4, 5));
  wanted.splits = {"test", "train"};
  EXPECT_THAT(numbers(*open_dataset(wanted)), ElementsAre(0, 1, 2, 3, 6, 7));
  wanted.splits = {"all", "train"};
  EXPECT_THAT(failure(wanted), HasSubstr("'all' is every split already"));
}

TEST_F(Celeba, FolderArchiveAndListsBesideOneAreTheSame) {
  write_folder(folder_ / "set", whole());
  write_archive(folder_ / "all.zip", whole());
  std::filesystem::create_directories(folder_ / "zipped/Img");
  write_archive(folder_ / "zipped/Img/img_align_celeba.zip", images());
  write_folder(folder_ / "zipped/Anno", {{"list_attr_celeba.txt", bytes_of(attribute_list())}});
  std::filesystem::create_directories(folder_ / "beside");
  write_archive(folder_ / "beside/img_align_celeba.tar.gz", images());
  write_folder(folder_ / "beside", {{"list_attr_celeba.txt", bytes_of(attribute_list())}});
  DatasetOptions wanted = options();
  wanted.attributes = {"Smiling"};
  wanted.where = {"!Young"};
  const std::string checksum = open_dataset(wanted)->info().checksum;
  for (const char* path : {"all.zip", "zipped", "beside", "beside/img_align_celeba.tar.gz"}) {
    wanted.path = folder_ / path;
    EXPECT_EQ(open_dataset(wanted)->info().checksum, checksum) << path;
    EXPECT_EQ(open_dataset(wanted)->size(), 4u) << path;
  }
}

TEST_F(Celeba, CommaSeparatedListsAndPngCopiesWork) {
  Members members;
  for (const auto& [name, bytes] : images("img_align_celeba/img_align_celeba/")) {
    members[name.substr(0, name.size() - 3) + "png"] = bytes;
  }
  std::string list = "image_id,Smiling,Male\n", splits = "image_id,partition\n";
  for (int i = 0; i < kCount; ++i) {
    list += file_name(i) + (i == 5 ? ",1,-1\n" : ",-1,-1\n");
    splits += file_name(i) + (i < 6 ? ",0\n" : ",2\n");
  }
  members["list_attr_celeba.csv"] = bytes_of(list);
  members["list_eval_partition.csv"] = bytes_of(splits);
  write_folder(folder_ / "set", members);
  DatasetOptions wanted = options();
  wanted.where = {"Smiling"};
  wanted.splits = {"train"};
  EXPECT_THAT(numbers(*open_dataset(wanted)), ElementsAre(5));
}

TEST_F(Celeba, TheSquareIsTheCentre) {
  image::Image face(178, 218, 1);
  for (int y = 0; y < 218; ++y)
    std::fill_n(face.at(0, y), 178, static_cast<std::uint8_t>(y < 20 || y >= 198 ? 255 : 60));
  write_folder(folder_ / "set", {{"img_align_celeba/000001.png", png(face)}});
  DatasetOptions wanted = options();
  wanted.size = 64;
  EXPECT_THAT(pixels_of(*open_dataset(wanted), 0), Each(60)) << "20 rows fall off above and below";
}

TEST_F(Celeba, DamagedListsAreNamedWithTheirLine) {
  Members members = whole();
  DatasetOptions wanted = options();
  wanted.where = {"Male"};
  wanted.splits = {"train"};
  const auto fails_with = [&](const char* list, const std::string& text, const std::string& message) {
    members = whole();
    members[list] = bytes_of(text);
    write_folder(folder_ / "set", members);
    EXPECT_THAT(failure(wanted), AllOf(HasSubstr(message), HasSubstr(list)));
  };
  const std::string list = attribute_list();
  fails_with("list_attr_celeba.txt", list.substr(0, list.rfind(file_name(7))), "announces 8 images but tells of 7");
  fails_with("list_attr_celeba.txt", list.substr(0, list.size() - 5), "2 values for 3 attributes");
  fails_with("list_attr_celeba.txt", "8\nSmiling Male\nx.jpg 1 2\n", "'2' where 1 or -1 belongs");
  fails_with("list_attr_celeba.txt", "x.jpg\n", "the number of images belongs here");
  fails_with("list_attr_celeba.txt", "", "0 attributes");
  fails_with("list_eval_partition.txt", "a.jpg 0\nb.jpg 3\n", "line 2");
  fails_with("list_eval_partition.txt", "a.jpg\n", "line 1");
}

TEST_F(Celeba, WrongUsageIsRefused) {
  write_folder(folder_ / "set", whole());
  DatasetOptions wanted = options();
  wanted.attributes = {"Male", "Male"};
  EXPECT_THROW(open_dataset(wanted), UsageError);
  wanted.attributes = {"a", "b", "c", "d", "e"};
  EXPECT_THAT(failure(wanted), HasSubstr("at most 4"));
  wanted.name = "folder";
  EXPECT_THAT(failure(wanted), HasSubstr("belongs to celeba"));
  write_folder(folder_ / "empty", {{"list_attr_celeba.txt", bytes_of(attribute_list())}});
  EXPECT_THAT(failure(options("empty")), AllOf(HasSubstr("no image"), HasSubstr("img_align_celeba")));
  EXPECT_EQ(guess_source(folder_ / "set"), "celeba");
}

}  // namespace
}  // namespace ganymede::data
