#include "ganymede/data/conditions.h"

#include "data/fixtures.h"
#include "ganymede/data/prepared.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class ConditionsOfAFolder : public testing::Test {
 protected:
  ConditionsOfAFolder() {
    write_folder(folder_ / "set", {{"a.png", png(4, 4, {10})}, {"b.png", png(4, 4, {20})}, {"c.png", png(4, 4, {30})}});
  }
  void table(const std::string& text) { write_file(folder_ / "set/labels.csv", bytes_of(text)); }
  std::shared_ptr<const Dataset> open(std::vector<std::string> conditions, std::size_t count = 0) {
    DatasetOptions options;
    options.name = "folder";
    options.path = folder_ / "set";
    options.conditions = std::move(conditions);
    options.count = count;
    return open_dataset(options);
  }
  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST(ConditionValue, IsANumberOrYesOrNo) {
  EXPECT_EQ(condition_value(" 0.25 "), 0.25);
  EXPECT_EQ(condition_value("-1"), -1);
  EXPECT_EQ(condition_value("Yes"), 1);
  EXPECT_EQ(condition_value("false"), 0);
  for (const char* text : {"", "much", "1x", "nan", "inf"}) EXPECT_FALSE(condition_value(text)) << text;
}

TEST_F(ConditionsOfAFolder, AreColumnsOfATable) {
  table("file,round,age\nb.png,0,60\na.png,1,20\nc.png,yes,30\n");
  const auto set = open({"age", "round"});
  ASSERT_EQ(set->size(), 3u);
  EXPECT_EQ(set->info().conditions, (std::vector<Condition>{{"age", 20, 60}, {"round", 0, 1}}));
  EXPECT_TRUE(set->info().classes.empty());
  EXPECT_EQ(set->label(0), -1);
  EXPECT_THAT(set->conditions(0), ElementsAre(0, 1));
  EXPECT_THAT(set->conditions(1), ElementsAre(1, 0));
  EXPECT_THAT(set->conditions(2), ElementsAre(0.25, 1));
  EXPECT_EQ(pixels_of(*set, 1)[0], 20);
  EXPECT_THAT(set->info().notes, Contains(HasSubstr("'age' is 20 to 60, which become 0 to 1")));
  EXPECT_NE(open({"age"})->info().checksum, set->info().checksum);
}

TEST_F(ConditionsOfAFolder, AreNoNamesOfImages) {
  std::string text = "smiling,age,id\n";
  std::filesystem::remove_all(folder_ / "set");
  Members members;
  for (int i = 0; i < 20; ++i) {
    members[std::to_string(i) + ".png"] = png(4, 4, {static_cast<std::uint8_t>(i)});
    text += std::to_string(i % 2) + "," + std::to_string((i + 1) % 20) + "," + std::to_string(i) + "\n";
  }
  write_folder(folder_ / "set", members);
  table(text);
  for (const auto& names : {std::vector<std::string>{"smiling"}, {"smiling", "age"}, {"age"}}) {
    const auto set = open(names);
    ASSERT_EQ(set->size(), 20u);
    const std::size_t at = 2;  // 10.png
    ASSERT_EQ(set->key(at), "10.png");
    EXPECT_FLOAT_EQ(set->conditions(at).back(), names.back() == "age" ? 11.0F / 19 : 0);
    EXPECT_FLOAT_EQ(set->conditions(at).front(), names.front() == "age" ? 11.0F / 19 : 0);
  }
}

TEST_F(ConditionsOfAFolder, ImagesWithoutAValueAreLeftOutAndCounted) {
  table("file,round,age\na.png,1,20\nb.png,,60\nc.png,0,30\n");
  const auto set = open({"round"});
  EXPECT_EQ(set->size(), 2u);
  EXPECT_EQ(pixels_of(*set, 1)[0], 30);
  EXPECT_THAT(set->info().notes, Contains(HasSubstr("left out: 1 image without a value")));
  EXPECT_THAT(open({"round"}, 1)->conditions(0), ElementsAre(1));
}

TEST_F(ConditionsOfAFolder, ArePreparedToo) {
  table("file,round,age\nb.png,0,60\na.png,1,20\nc.png,yes,30\n");
  DatasetOptions options;
  options.name = "folder";
  options.path = folder_ / "set";
  options.conditions = {"age", "round"};
  options.size = 2;
  const auto made = open_dataset(options);
  prepare(options);
  const auto ready = open_dataset(options);
  EXPECT_EQ(ready->key(1), "1") << "no longer the file's name: it is the prepared one";
  EXPECT_EQ(ready->info().checksum, made->info().checksum);
  EXPECT_THAT(ready->conditions(2), ElementsAre(0.25, 1));
  options.conditions = {"round"};
  EXPECT_EQ(open_dataset(options)->key(1), "b.png") << "other conditions are other data";
}

TEST_F(ConditionsOfAFolder, WhatIsNoneIsRefused) {
  table("file,round,kind\na.png,1,cat\nb.png,0,dog\nc.png,0,cat\n");
  EXPECT_THAT(error_of([&] { open({"age"}); }), HasSubstr("'age'"));
  EXPECT_THAT(error_of([&] { open({"kind"}); }), HasSubstr("'cat' is no number in the column 'kind'"));
  EXPECT_THAT(error_of([&] { open({"round", "round"}); }), HasSubstr("twice"));
  table("file,age\na.png,20\nb.png,20\nc.png,20\n");
  EXPECT_THAT(error_of([&] { open({"age"}); }), HasSubstr("every image has 20"));
  DatasetOptions shapes;
  shapes.name = "shapes";
  shapes.conditions = {"age"};
  EXPECT_THAT(error_of([&] { open_dataset(shapes); }), HasSubstr("'conditions' means nothing to shapes"));
}

}  // namespace
}  // namespace ganymede::data
