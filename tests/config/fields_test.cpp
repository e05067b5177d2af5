#include "ganymede/config/fields.h"

#include <limits>

#include "ganymede/config/value_text.h"
#include "support/support.h"

namespace ganymede::config {

enum class Colour { kRed, kGreen };
template <>
struct Names<Colour> {
  static constexpr std::array<std::pair<const char*, Colour>, 2> values{
      {{"red", Colour::kRed}, {"green", Colour::kGreen}}};
};

namespace {

using test::error_of;
using ::testing::HasSubstr;

struct Options {
  int whole = 1;
  double real = 0.5;
  bool flag = false;
  std::string text = "none";
  Colour colour = Colour::kRed;
  std::optional<int> maybe;
  std::vector<std::int64_t> list;
  std::uint8_t small = 0;
  bool operator==(const Options&) const = default;
};

template <class V>
void visit_fields(V& field, Options& o) {
  field("whole", o.whole, in_range(0, 10), "how many");
  field("real", o.real, in_range(-1, 1e9));
  field("flag", o.flag, "whether");
  field("text", o.text);
  field("colour", o.colour);
  field("maybe", o.maybe);
  field("list", o.list, in_range(1, 100));
  field("small", o.small);
}

Options read(const std::string& text) {
  const toml::table table = toml::parse(text);
  Options options;
  FieldReader reader(table, {"my.toml", "[options]"});
  visit_fields(reader, options);
  reader.reject_unknown();
  return options;
}

std::string lines_of(Options options) {
  FieldWriter writer;
  visit_fields(writer, options);
  return writer.as_lines();
}

TEST(Fields, DefaultsStandWhereNothingIsGiven) {
  EXPECT_EQ(read(""), Options{});
}

TEST(Fields, ReadsEveryType) {
  const Options o = read(
      "whole = 7\nreal = 3\nflag = true\ntext = 'a \"b\"'\ncolour = 'green'\nmaybe = 0\nlist = [1, 2]\nsmall = 255");
  EXPECT_EQ(o, (Options{7, 3.0, true, "a \"b\"", Colour::kGreen, 0, {1, 2}, 255}));
}

TEST(ValueText, IsTheShortestThatReadsBack) {
  const auto table = toml::parse("x = { from = 0.05, over = '20 images', 'a b' = [0.005, 1], none = {} }");
  EXPECT_EQ(value_text(*table.get("x")), "{ \"a b\" = [0.005, 1], from = 0.05, none = {}, over = \"20 images\" }");
}

TEST(Fields, WritesWhatItReads) {
  const double tiny = std::nextafter(0.1, 1.0);
  for (const double real : {0.5, 1.0, tiny, 1e-300, 123456789.0, 1e8, -0.25}) {
    const Options o{7, real, true, "line\nand \\ \"quotes\"\t\x01 é", Colour::kGreen, 3, {1, 100}, 9};
    EXPECT_EQ(read(lines_of(o)), o) << lines_of(o);
  }
  EXPECT_THAT(lines_of(Options{}), HasSubstr("real = 0.5\n"));
  EXPECT_EQ(lines_of(Options{}).find("maybe"), std::string::npos) << "an empty optional is left out";
  Options whole;
  whole.real = 2;
  EXPECT_THAT(lines_of(whole), HasSubstr("real = 2.0\n")) << "a number shows its type";
  FieldWriter writer;
  writer("a", 1);
  writer("b", std::string("x"));
  EXPECT_EQ(writer.as_inline_table(), "{ a = 1, b = \"x\" }");
}

TEST(Fields, RefusesAndSaysWhere) {
  EXPECT_EQ(error_of([] { read("\nwhole = 11"); }),
            "line 2 of my.toml in [options]: 'whole' is 11, which is outside 0 to 10");
  EXPECT_EQ(error_of([] { read("whole = 'x'"); }),
            "line 1 of my.toml in [options]: 'whole' must be a whole number, not a string");
  EXPECT_EQ(error_of([] { read("\n\nwhle = 1"); }),
            "line 3 of my.toml in [options]: unknown key 'whle'; did you mean 'whole'?");
  EXPECT_EQ(error_of([] { read("colour = 'gren'"); }),
            "line 1 of my.toml in [options]: unknown colour 'gren'; did you mean 'green'?");
  EXPECT_THAT(error_of([] { read("whole = 1.0"); }), HasSubstr("must be a whole number, not a number"));
  EXPECT_THAT(error_of([] { read("real = true"); }), HasSubstr("must be a number, not true or false"));
  EXPECT_THAT(error_of([] { read("real = nan"); }), HasSubstr("must be finite"));
  EXPECT_THAT(error_of([] { read("flag = 1"); }), HasSubstr("must be true or false, not a whole number"));
  EXPECT_THAT(error_of([] { read("text = 1"); }), HasSubstr("must be a string"));
  EXPECT_THAT(error_of([] { read("list = 1"); }), HasSubstr("must be an array"));
  EXPECT_THAT(error_of([] { read("list = [1, 'x']"); }), HasSubstr("must be a whole number, not a string"));
  EXPECT_THAT(error_of([] { read("list = [1, 101]"); }), HasSubstr("outside 1 to 100"));
  EXPECT_THAT(error_of([] { read("small = 256"); }), HasSubstr("out of range"));
  EXPECT_THAT(error_of([] { read("small = -1"); }), HasSubstr("out of range"));
}

TEST(Fields, GivenTellsADefaultFromAValue) {
  const toml::table table = toml::parse("whole = 1");
  const FieldReader reader(table, {"my.toml", ""});
  EXPECT_TRUE(reader.given("whole"));
  EXPECT_FALSE(reader.given("real"));
}

TEST(Fields, AreListedInWords) {
  Options options;
  std::vector<FieldRow> rows;
  FieldReader reader(rows);
  visit_fields(reader, options);
  std::vector<std::string> lines;
  for (const auto& row : rows) lines.push_back(row.key + "|" + row.value + "|" + row.usual + "|" + row.about);
  EXPECT_THAT(lines, ::testing::ElementsAre(
                         "whole|whole number, 0 to 10|1|how many", "real|number, -1 to 1000000000|0.5|",
                         "flag|true or false|false|whether", "text|text|\"none\"|", "colour|`red`, `green`|\"red\"|",
                         "maybe|whole number||", "list|list: whole number, 1 to 100|[]|", "small|whole number|0|"));
  EXPECT_EQ(options, Options{});
}

}  // namespace
}  // namespace ganymede::config
