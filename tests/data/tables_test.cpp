#include "ganymede/data/tables.h"

#include "data/fixtures.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

Table read(const std::string& text, const std::string& name = "labels.csv") {
  return read_table(bytes_of(text), name, "at/" + name);
}
std::string failure(const std::string& text, const std::string& name = "labels.csv") {
  return error_of([&] { read(text, name); });
}

TEST(Tables, CommaSeparatedValuesAsRfc4180HasThem) {
  const Table table = read("file_name,label\r\n\"a, \"\"b\"\".png\",\"two\nlines\"\r\n,x\r\n\r\nc.png,\r\n");
  EXPECT_THAT(table.columns, ElementsAre("file_name", "label"));
  EXPECT_THAT(table.rows,
              ElementsAre(ElementsAre("a, \"b\".png", "two\nlines"), ElementsAre("", "x"), ElementsAre("c.png", "")));
}

TEST(Tables, AByteOrderMarkAndNoLastLineEnd) {
  const Table table = read(
      "\xEF\xBB\xBF"
      "file,y\na.png,3");
  EXPECT_THAT(table.columns, ElementsAre("file", "y"));
  EXPECT_THAT(table.rows, ElementsAre(ElementsAre("a.png", "3")));
  EXPECT_THAT(read("file,y\ra.png,3\r").rows, ElementsAre(ElementsAre("a.png", "3")));
}

TEST(Tables, TabsAndSemicolons) {
  EXPECT_THAT(read("f\tl\na,b.png\t1\n", "labels.tsv").rows, ElementsAre(ElementsAre("a,b.png", "1")));
  EXPECT_THAT(read("f;l\na.png;1\n").rows, ElementsAre(ElementsAre("a.png", "1")));
  EXPECT_THAT(read("f\tl\na.png\t1\n").rows, ElementsAre(ElementsAre("a.png", "1")));
}

TEST(Tables, DamagedOnesAreNamedWithTheirLine) {
  EXPECT_THAT(failure("a,b\n1,2\n1,2,3\n"),
              AllOf(HasSubstr("3 fields where the first row has 2"), HasSubstr("at/labels.csv line 3")));
  EXPECT_THAT(failure("a,b\n\"1\n\n,2\n"), AllOf(HasSubstr("a quoted field does not end"), HasSubstr("line 2")));
  EXPECT_THAT(failure("a,b\n\"x\n\"y,2\n"), AllOf(HasSubstr("text stands behind a quoted field"), HasSubstr("line 3")));
  EXPECT_THAT(failure("a,b\nM\xE4rz,2\n"), HasSubstr("not in UTF-8"));
  EXPECT_THAT(failure(std::string("\xFF\xFE"
                                  "a\0,\0b\0",
                                  8)),
              HasSubstr("not in UTF-8"));
  EXPECT_THAT(failure("version https://git-lfs.github.com/spec/v1\noid sha256:1\n"), HasSubstr("git lfs pull"));
  EXPECT_TRUE(read("").columns.empty());
}

TEST(Tables, JsonLinesAndLists) {
  const std::string one = R"({"file_name": "a.png", "label": 3, "box": [1, 2]})",
                    two = R"({"label": "x", "file_name": "b.png"})";
  for (const Table& table :
       {read(one + "\r\n\n" + two, "metadata.jsonl"), read("[" + one + "," + two + "]", "metadata.json")}) {
    EXPECT_THAT(table.columns, testing::UnorderedElementsAre("file_name", "label", "box"));
    ASSERT_EQ(table.rows.size(), 2u);
    EXPECT_THAT(table.rows[1], testing::UnorderedElementsAre("b.png", "x", ""));
    EXPECT_EQ(table.lists, 1u);
  }
  EXPECT_THAT(failure(one + "\n{", "metadata.jsonl"), AllOf(HasSubstr("not JSON"), HasSubstr("metadata.jsonl line 2")));
  EXPECT_THAT(failure("[1]\n", "metadata.jsonl"), HasSubstr("write an object on each line"));
  EXPECT_THAT(failure(std::string(100'000, '['), "metadata.json"), HasSubstr("nested"));
}

TEST(Tables, StyleGansJson) {
  const Table table =
      read(R"({"labels": [["00000/img00000000.png", 6], ["00000/img00000001.png", 9]]})", "dataset.json");
  EXPECT_THAT(table.columns, ElementsAre("file_name", "label"));
  EXPECT_THAT(table.rows[1], ElementsAre("00000/img00000001.png", "9"));
  EXPECT_EQ(read(R"({"labels": [["a.png", [0, 1]]]})", "dataset.json").lists, 1u);
  EXPECT_THAT(read(R"({"a.png": "cat"})", "labels.json").rows, ElementsAre(ElementsAre("a.png", "cat")));
  EXPECT_TRUE(read(R"([1, 2])", "dataset.json").rows.empty());
  std::string keys = "[";
  for (int i = 0; i < 1100; ++i) keys += (i > 0 ? ",{\"k" : "{\"k") + std::to_string(i) + "\":1}";
  EXPECT_THAT(failure(keys + "]", "metadata.json"), HasSubstr("more than 1000 different keys"));
}

}  // namespace
}  // namespace ganymede::data
