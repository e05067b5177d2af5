#include "data/fixtures.h"
#include "ganymede/data/dataset.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Bytes grey(int level) {
  return png(4, 4, {static_cast<std::uint8_t>(level)});
}

class SampleLabels : public testing::Test {
 protected:
  std::shared_ptr<const Dataset> open(const Ordered& members, const std::string& label = {},
                                      const std::string& name = "set.tar") {
    write_members(folder_ / name, members);
    return open_at(name, label);
  }
  std::shared_ptr<const Dataset> open_at(const std::string& name, const std::string& label = {},
                                         const std::vector<std::string>& splits = {}) {
    DatasetOptions options;
    options.name = "folder";
    options.path = folder_ / name;
    options.label = label;
    options.splits = splits;
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
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

const Ordered kThree = {{"a.png", grey(1)},
                        {"a.cls", bytes_of("10")},
                        {"b.png", grey(2)},
                        {"b.cls", bytes_of("009\n")},
                        {"c.jpg", grey(3)},
                        {"c.cls", bytes_of("10")},
                        {"c.txt", bytes_of("a caption")}};

TEST_F(SampleLabels, ClsFilesTellTheClass) {
  for (const char* name : {"plain.tar", "packed.tar.gz"}) {
    const auto set = open(kThree, {}, name);
    EXPECT_THAT(set->info().classes, ElementsAre("9", "10"));
    EXPECT_THAT(labels(*set), ElementsAre("a.png=10", "b.png=9", "c.jpg=10"));
    EXPECT_EQ(pixels_of(*set, 2)[0], 3);
    EXPECT_THAT(set->info().notes, Contains("the classes are those of 3 .cls files"));
    EXPECT_THAT(set->info().notes, Contains("left out: 1 file that is no image (1 .txt)"));
  }
}

TEST_F(SampleLabels, JsonTellsByKnownKeysOrTheOneNamed) {
  const Ordered members = {{"x/a.png", grey(1)},
                           {"x/a.json", bytes_of(R"({"label": 3, "class_name": "cat", "size": "big"})")},
                           {"x/b.png", grey(2)},
                           {"x/b.json", bytes_of(R"({"label": 4, "class_name": "dog", "size": "big"})")}};
  EXPECT_THAT(labels(*open(members)), ElementsAre("x/a.png=cat", "x/b.png=dog"));
  EXPECT_THAT(open(members)->info().notes, Contains("the classes are those of 2 .json files, key 'class_name'"));
  EXPECT_THAT(open(members, "label")->info().classes, ElementsAre("3", "4"));
  EXPECT_THAT(open(members, "size")->info().classes, ElementsAre("big"));
  EXPECT_THAT(error_of([&] { open(members, "colour"); }), HasSubstr("labels called 'colour'"));
}

TEST_F(SampleLabels, JsonNamesTheNumbersOfCls) {
  Ordered members = {{"a.png", grey(1)}, {"a.cls", bytes_of("1")}, {"a.json", bytes_of(R"({"label_name": "cat"})")},
                     {"b.png", grey(2)}, {"b.cls", bytes_of("0")}, {"b.json", bytes_of(R"({"label_name": "dog"})")}};
  EXPECT_THAT(open(members)->info().classes, ElementsAre("dog", "cat"));
  members[5].second = bytes_of(R"({"label_name": "cat"})");
  EXPECT_THAT(open(members)->info().classes, ElementsAre("0", "1")) << "one name for two numbers";
  members[5].second = bytes_of("{}");
  EXPECT_THAT(open(members)->info().classes, ElementsAre("0", "1"));
}

TEST_F(SampleLabels, MissingLabelsAndImagesAreSaid) {
  const auto set = open({{"a.png", grey(1)},
                         {"a.cls", bytes_of("1")},
                         {"b.png", grey(2)},
                         {"c.cls", bytes_of("2")},
                         {"d.png", grey(3)},
                         {"d.cls", bytes_of("  ")}});
  EXPECT_THAT(labels(*set), ElementsAre("a.png=1", "b.png=", "d.png="));
  EXPECT_THAT(set->info().notes, Contains("2 images have no label"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 sample without an image"));
}

TEST_F(SampleLabels, TwoImagesOfASampleMembersApart) {
  const auto set = open({{"a.seg.png", grey(9)},
                         {"a.png", grey(1)},
                         {"b.png", grey(2)},
                         {"a.cls", bytes_of("1")},
                         {"b.cls", bytes_of("2")}});
  EXPECT_THAT(labels(*set), ElementsAre("a.png=1", "b.png=2"));
  EXPECT_THAT(set->info().notes, Contains("left out: 1 image beside the first of a sample"));
  EXPECT_THAT(set->info().notes, Contains(HasSubstr("the members of 2 samples stand apart in their archive")));
}

TEST_F(SampleLabels, UnreadableLabelsAreSaid) {
  const auto set = open({{"a.png", grey(1)},
                         {"a.json", bytes_of("{\"label\": ")},
                         {"b.png", grey(2)},
                         {"b.json", bytes_of(R"({"label": [1, 2]})")},
                         {"c.png", grey(3)},
                         {"c.json", bytes_of(R"({"label": 5})")},
                         {"d.png", grey(4)},
                         {"d.json", bytes_of(std::string(9000, '['))}});
  EXPECT_THAT(labels(*set), ElementsAre("a.png=", "b.png=", "c.png=5", "d.png="));
  EXPECT_THAT(set->info().notes,
              Contains(AllOf(HasSubstr("2 files of labels cannot be read"), HasSubstr("a.json: not JSON"))));
  EXPECT_THAT(set->info().notes, Contains("1 label is a list, which no class can be"));
}

TEST_F(SampleLabels, FoldersGoBeforeJsonWhereNoKeyIsNamed) {
  const Ordered members = {{"x/a.png", grey(1)},
                           {"x/a.json", bytes_of(R"({"label": 1})")},
                           {"y/b.png", grey(2)},
                           {"y/b.json", bytes_of(R"({"label": 1})")}};
  EXPECT_THAT(open(members)->info().classes, ElementsAre("x", "y"));
  EXPECT_THAT(open(members)->info().notes, Contains("left out: 2 .cls or .json files beside the images"));
  EXPECT_THAT(open(members, "label")->info().classes, ElementsAre("1"));
}

TEST_F(SampleLabels, KeysEndAtTheFirstDotOfTheName) {
  const auto set = open({{"v1.2/a.b.png", grey(1)},
                         {"v1.2/a.cls", bytes_of("1")},
                         {"v1.2/c.png", grey(2)},
                         {"v1.2/c.cls", bytes_of("cat")}});
  EXPECT_THAT(labels(*set), ElementsAre("v1.2/a.b.png=1", "v1.2/c.png=cat"));
}

TEST_F(SampleLabels, ShardsAreOneSetInTheirOrder) {
  std::filesystem::create_directories(folder_ / "set");
  write_members(folder_ / "set/x-000000.tar", kThree);
  write_members(folder_ / "set/x-000001.tar", {{"a.png", grey(7)}, {"a.cls", bytes_of("9")}});
  for (const char* name : {"set", "set/x-{000000..000001}.tar"}) {
    const auto set = open_at(name);
    EXPECT_THAT(labels(*set), ElementsAre("x-000000.tar:a.png=10", "x-000000.tar:b.png=9", "x-000000.tar:c.jpg=10",
                                          "x-000001.tar:a.png=9"));
    EXPECT_EQ(pixels_of(*set, 3)[0], 7);
    EXPECT_THAT(set->info().notes, Contains("1 key is in more than one shard, all of which are taken (the first: a)"));
  }
  EXPECT_THAT(error_of([&] { open_at("set/x-{000000..000004}.tar"); }),
              AllOf(HasSubstr("3 of 5 shards are missing"), HasSubstr("x-000002.tar")));
}

TEST_F(SampleLabels, ShardsOfSplits) {
  std::filesystem::create_directories(folder_ / "set/train");
  std::filesystem::create_directories(folder_ / "set/test");
  write_members(folder_ / "set/train/0.tar",
                {{"a.png", grey(1)}, {"a.cls", bytes_of("1")}, {"b.png", grey(2)}, {"b.cls", bytes_of("0")}});
  write_members(folder_ / "set/test/0.tar", {{"a.png", grey(3)}, {"a.cls", bytes_of("0")}});
  write_file(folder_ / "set/classnames.txt", std::string_view("cat\r\ndog\n"));
  EXPECT_THAT(labels(*open_at("set")), ElementsAre("train/0.tar:a.png=dog", "train/0.tar:b.png=cat"));
  EXPECT_THAT(open_at("set")->info().notes, testing::Not(Contains(HasSubstr("without an image"))));
  EXPECT_THAT(labels(*open_at("set", {}, {"test"})), ElementsAre("test/0.tar:a.png=cat"));
}

}  // namespace
}  // namespace ganymede::data
