#include <fmt/format.h>

#include <numeric>

#include "data/fixtures.h"
#include "ganymede/data/dataset.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/labels.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class TableLabels : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(Members members, const std::string& label = {}) {
    std::filesystem::remove_all(folder_ / "set");
    write_folder(folder_ / "set", members);
    return open_at("set", label);
  }
  std::shared_ptr<const Dataset> open_at(const std::string& name, const std::string& label = {}) {
    DatasetOptions options;
    options.name = "folder";
    options.path = folder_ / name;
    options.label = label;
    options.splits = splits_;
    return open_dataset(options);
  }
  std::vector<std::string> labels(const Dataset& set) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < set.size(); ++i) {
      const int label = set.label(i);
      names.push_back(set.key(i) + "=" + (label < 0 ? "" : set.info().classes[static_cast<std::size_t>(label)]));
    }
    return names;
  }
  TemporaryFolder folder_;
  std::vector<std::string> splits_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

Members images(const std::vector<std::string>& names) {
  Members members;
  std::uint8_t level = 0;
  for (const auto& name : names) members[name] = png(4, 4, {level++});
  return members;
}
Members with(Members members, const std::string& name, const std::string& text) {
  members[name] = bytes_of(text);
  return members;
}

TEST_F(TableLabels, ColumnsAreFoundByNameAndByWhatTheyHold) {
  const auto set = open(with(images({"img/a.png", "img/b.png", "c.png"}), "labels.csv",
                             "note,image,label,other\nx,img/b.png,10,1\ny,a.png,9,1\nz,c,10,1\n"));
  EXPECT_THAT(set->info().classes, ElementsAre("9", "10"));
  EXPECT_THAT(labels(*set), ElementsAre("c.png=10", "img/a.png=9", "img/b.png=10"));
  EXPECT_THAT(set->info().notes, Contains("the classes are those of labels.csv, column 'label'"));
}

TEST_F(TableLabels, WhatHasNoCounterpartIsSaid) {
  const auto set = open(with(images({"a.png", "b.png", "c.png"}), "labels.csv",
                             "file_name,label\na.png,x\na.png,y\nb.png,\nnone.png,x\n"));
  EXPECT_THAT(labels(*set), ElementsAre("a.png=x", "b.png="));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 row of labels.csv that names no image (the first: none.png)"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 image without a row in labels.csv"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 row of labels.csv about an image that has a row already"));
  EXPECT_THAT(set->info().notes, Contains("1 image has no label"));
}

TEST_F(TableLabels, AColumnIsNamedAndLabelsGoBeforeFolders) {
  const Members members = with(images({"x/1.png", "x/2.png", "y/3.png"}), "metadata.csv",
                               "file_name,Kind,size\nx/1.png,cat,1.0\nx/2.png,dog,2.0\ny/3.png,cat,1.0\n");
  EXPECT_THAT(open(members)->info().classes, ElementsAre("x", "y"));
  EXPECT_THAT(open(members)->info().notes,
              Contains(AllOf(HasSubstr("left out: metadata.csv"), HasSubstr("(Kind, size)"))));
  EXPECT_THAT(open(members, "kind")->info().classes, ElementsAre("cat", "dog"));
  EXPECT_THAT(labels(*open(members, "size")), ElementsAre("x/1.png=1", "x/2.png=2", "y/3.png=1"));
  EXPECT_THAT(error_of([&] { open(members, "breed"); }),
              HasSubstr("no file beside the images has labels called 'breed'"));
}

TEST_F(TableLabels, TextsAboutImagesAreNoClasses) {
  const Members members =
      with(images({"a.png", "b.png"}), "metadata.csv", "file_name,text\na.png,a cat\nb.png,a dog\n");
  EXPECT_TRUE(open(members)->info().classes.empty());
  EXPECT_THAT(open(members, "text")->info().classes, ElementsAre("a cat", "a dog"));
}

TEST_F(TableLabels, ATableWithoutAHead) {
  const auto set =
      open(with(images({"a.png", "b.png", "c.png", "d.png"}), "labels.csv", "a.png,x\nb.png,y\nc.png,x\nd.png,y\n"));
  EXPECT_THAT(labels(*set), ElementsAre("a.png=x", "b.png=y", "c.png=x", "d.png=y"));
}

TEST_F(TableLabels, StyleGansJsonInAZipWhoseFoldersAreNoClasses) {
  Members members = images({"00000/img0.png", "00001/img1.png", "00001/img2.png"});
  members["dataset.json"] =
      bytes_of(R"({"labels": [["00000/img0.png", 3], ["00001/img1.png", 12], ["00001/img2.png", 3]]})");
  write_archive(folder_ / "set.zip", members);
  const auto set = open_at("set.zip");
  EXPECT_THAT(set->info().classes, ElementsAre("3", "12"));
  EXPECT_EQ(set->label(1), 1);
  EXPECT_EQ(open(members)->info().checksum, set->info().checksum);
}

TEST_F(TableLabels, MetadataOfEachSplit) {
  Members members = images({"train/1.png", "train/2.png", "test/1.png"});
  members["train/metadata.jsonl"] =
      bytes_of("{\"file_name\": \"1.png\", \"label\": \"cat\"}\n{\"file_name\": \"2.png\", \"label\": \"dog\"}\n");
  members["test/metadata.jsonl"] = bytes_of("{\"file_name\": \"1.png\", \"label\": \"dog\"}\n");
  EXPECT_THAT(labels(*open(members)), ElementsAre("train/1.png=cat", "train/2.png=dog"));
  splits_ = {"test"};
  EXPECT_THAT(labels(*open(members)), ElementsAre("test/1.png=dog"));
}

TEST_F(TableLabels, TwoTablesOfOneFolderAreAskedAbout) {
  const Members members =
      with(with(images({"a.png"}), "labels.csv", "f,label\na.png,1\n"), "metadata.csv", "f,label,kind\na.png,2,x\n");
  EXPECT_THAT(error_of([&] { open(members); }), HasSubstr("which is meant?"));
  EXPECT_THAT(open(members, "kind")->info().classes, ElementsAre("x"));
}

TEST_F(TableLabels, ATableOfOtherImagesIsSaidToBeNone) {
  const auto set = open(with(images({"x/a.png", "y/b.png"}), "labels.csv", "file,label\nq.png,1\n"));
  EXPECT_THAT(set->info().classes, ElementsAre("x", "y"));
  EXPECT_THAT(set->info().notes, Contains("left out: labels.csv, which names none of the images"));
}

/// Images 0.png to 59.png, whose labels 0, 1, 2 are names of images too.
Members numbered_images(std::size_t count = 60) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(std::to_string(i) + ".png");
  return images(names);
}
std::string numbered_rows(const std::string& head, const std::string& row, int count = 60) {
  std::string text = head + "\n";
  for (int i = 0; i < count; ++i) text += fmt::format(fmt::runtime(row), i, i % 3) + "\n";
  return text;
}

TEST_F(TableLabels, AClassThatIsTheNameOfAnImageIsNoColumnOfFiles) {
  Members missing = numbered_images();
  missing.erase("7.png");
  for (const auto& members : {with(numbered_images(), "labels.csv", numbered_rows("label,id", "{1},{0}")),
                              with(missing, "labels.csv", numbered_rows("id,label", "{0},{1}")),
                              with(missing, "labels.csv", numbered_rows("Label,id,other", "{1},{0},x"))}) {
    for (const char* key : {"", "label"}) {
      const auto set = open(members, key);
      EXPECT_EQ(set->size(), members.size() - 1);
      EXPECT_THAT(set->info().classes, ElementsAre("0", "1", "2"));
      EXPECT_THAT(labels(*set), Contains("50.png=2"));
    }
  }
  // As many classes as images, in another order.
  const std::string text = "label,id\n1,0\n2,1\n0,2\n";
  EXPECT_THAT(labels(*open(with(numbered_images(3), "labels.csv", text))),
              ElementsAre("0.png=1", "1.png=2", "2.png=0"));
  EXPECT_THAT(labels(*open(with(numbered_images(3), "labels.csv", "kind,id\n1,0\n2,1\n0,2\n"), "kind")),
              ElementsAre("0.png=1", "1.png=2", "2.png=0"));
}

TEST_F(TableLabels, NamesWithTheirEndingGoBeforeNumbersOfRows) {
  EXPECT_THAT(labels(*open(with(numbered_images(3), "labels.csv", ",file,label\n0,2.png,a\n1,0.png,b\n2,1.png,a\n"))),
              ElementsAre("0.png=b", "1.png=a", "2.png=a"));
}

TEST_F(TableLabels, AllRowsAreTried) {
  std::string text = "file,label\n";
  for (int i = 0; i < 1200; ++i) text += fmt::format("far-{}.png,x\n", i);
  const auto set = open(with(images({"a.png", "b.png"}), "labels.csv", text + "a.png,x\nb.png,y\n"));
  EXPECT_THAT(labels(*set), ElementsAre("a.png=x", "b.png=y"));
}

TEST_F(TableLabels, ATableOfOtherImagesIsNotReadByItsClasses) {
  const Members members = with(numbered_images(3), "labels.csv", "id,label\n10,0\n11,1\n12,2\n13,0\n");
  const auto set = open(members);
  EXPECT_EQ(set->size(), 3u);
  EXPECT_TRUE(set->info().classes.empty());
  EXPECT_THAT(set->info().notes,
              Contains("left out: labels.csv, which names images in the column of classes 'label' alone"));
}

TEST_F(TableLabels, WhyATableGivesNoClassIsTrue) {
  const Members members = with(images({"a.png", "b.png"}), "labels.csv", "label,size\na.png,1\nb.png,2\n");
  EXPECT_THAT(open(members)->info().notes,
              Contains("left out: labels.csv: beside 'label', which names the images, none of its columns (size) is "
                       "called like a class; label = \"...\" names one"));
  Members splits = images({"train/1.png", "train/2.png", "test/1.png"});
  splits["train/labels.csv"] = bytes_of("file,kind\n1.png,x\n2.png,y\n");
  splits["test/labels.csv"] = bytes_of("file,label\n1.png,x\n");
  EXPECT_THAT(open(splits, "kind")->info().notes,
              Contains("left out: test/labels.csv: beside 'file', which names the images, none of its columns (label) "
                       "is called 'kind'"));
}

TEST_F(TableLabels, NamesInAnotherCaseOfLettersAreMatchedWhereOneImageIsMeant) {
  const std::string text = "file,label\nA.JPG.png,x\nIMG/B.png,y\nc,x\nD.PNG,y\n";
  const auto set = open(with(images({"a.jpg.png", "img/b.PNG", "C.png", "d.png", "D.png"}), "labels.csv", text));
  EXPECT_THAT(labels(*set), ElementsAre("C.png=x", "a.jpg.png=x", "img/b.PNG=y"));
  EXPECT_THAT(set->info().notes, Contains("3 names of labels.csv in another case of letters than the file's"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 row of labels.csv that names no image (the first: D.PNG)"));
  const auto exact = open(with(images({"a.png", "A.png"}), "labels.csv", "file,label\na.png,x\nA.png,y\n"));
  EXPECT_THAT(labels(*exact), ElementsAre("A.png=y", "a.png=x"));
  EXPECT_THAT(exact->info().notes, testing::Not(Contains(HasSubstr("case of letters"))));
}

TEST_F(TableLabels, ClassesWithAColumnEachAreSaid) {
  const auto set = open(with(images({"a.png", "b.png", "c.png"}), "labels.csv",
                             "image,age,MEL,NV,BCC\na,30,1.0,0.0,0\nb,40,0.0,1.0,0\nc,50,0,0,1\n"));
  EXPECT_TRUE(set->info().classes.empty());
  EXPECT_THAT(
      set->info().notes,
      Contains("left out: labels.csv: of its columns MEL, NV, BCC each row marks one; classes are read from one "
               "column that names them, and conditions = [\"MEL\", \"NV\", \"BCC\"] in [data] takes these as "
               "they are"));
}

TEST_F(TableLabels, FilesThatMayHoldLabelsAreNamed) {
  const std::string read =
      " may hold labels; those of a table called labels, metadata or dataset are read, with .csv, "
      ".tsv, .json or .jsonl: a column of files and one of classes";
  for (const char* name : {"train.csv", "labels.txt", "Labels.TXT", "annotations.json", "list.tsv"}) {
    const Members members = with(images({"a.png", "b.png"}), name, "a.png,x\nb.png,y\n");
    EXPECT_THAT(open(members)->info().notes, Contains(name + read));
    write_archive(folder_ / "set.zip", members);
    EXPECT_THAT(open_at("set.zip")->info().notes, Contains(name + read));
  }
  const Members two = with(with(images({"a.png"}), "train.csv", "x"), "test.csv", "x");
  EXPECT_THAT(open(two)->info().notes, Contains("test.csv and 1 more" + read));
  EXPECT_THAT(open(with(images({"a.png"}), "notes.txt", "x"))->info().notes,
              testing::Not(Contains(HasSubstr("may hold"))));
}

TEST_F(TableLabels, ListsAreNoClasses) {
  const auto set =
      open(with(images({"a.png", "b.png"}), "dataset.json", R"({"labels": [["a.png", [0, 1]], ["b.png", 1]]})"));
  EXPECT_THAT(labels(*set), ElementsAre("a.png=", "b.png=1"));
  EXPECT_THAT(set->info().notes, Contains("1 value of dataset.json is a list, which no class can be"));
}

/// Images with a table of their own, as Parquet files have it.
class OwnTableStore : public ImageStore {
 public:
  explicit OwnTableStore(std::vector<std::string> labels) {
    OwnTable own{"set.parquet", "train/", {}, {{"label", {"plane", "car", "bird"}}}};
    own.table.columns = {"file_name", "label", "age"};
    for (std::size_t i = 0; i < labels.size(); ++i) own.table.rows.push_back({name_of(i), labels[i], "4"});
    side_files_.tables = {own};
    count_ = labels.size();
  }
  std::size_t count() const override { return count_; }
  std::string name(std::size_t index) const override { return "train/" + name_of(index); }
  std::string where(std::size_t index) const override { return name(index); }
  std::uint64_t bytes(std::size_t) const override { return 1; }
  std::string stamp(std::size_t) const override { return ""; }
  std::string root() const override { return "root"; }
  const SideFiles& side_files() const override { return side_files_; }
  void read(std::size_t, const UseBytes&) const override {}

 private:
  static std::string name_of(std::size_t index) { return "set-" + std::to_string(index); }
  std::size_t count_ = 0;
  SideFiles side_files_;
};

Labelling own_labels(const std::vector<std::string>& labels, const std::string& key = {}) {
  std::vector<std::size_t> images(labels.size());
  std::iota(images.begin(), images.end(), 0);
  std::vector<std::string> notes;
  return labels_of_tables(OwnTableStore(labels), images, key, notes).value();
}

TEST(OwnTables, GiveClassesInTheOrderOfTheirNumbers) {
  const auto labelling = own_labels({"2", "0", "-1", "2"});
  EXPECT_THAT(labelling.values, ElementsAre("bird", "plane", "", "bird"));
  EXPECT_THAT(labelling.classes, ElementsAre("plane", "car", "bird"));
  EXPECT_THAT(labelling.notes, Contains("the classes are those of set.parquet, column 'label'"));
}

TEST(OwnTables, NameNoNumberWhereOneHasNoName) {
  const auto labelling = own_labels({"2", "3"});
  EXPECT_THAT(labelling.values, ElementsAre("2", "3"));
  EXPECT_TRUE(labelling.classes.empty());
}

TEST(OwnTables, OtherColumnsHaveNoNames) {
  EXPECT_THAT(own_labels({"2", "0"}, "age").values, ElementsAre("4", "4"));
}

}  // namespace
}  // namespace ganymede::data
