#include "ganymede/config/schedule.h"

#include "ganymede/config/fields.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using ::testing::HasSubstr;

struct Holder {
  Schedule weight = 0.5;
};
template <class V>
void visit_fields(V& field, Holder& h) {
  field("weight", h.weight, in_range(0, 2));
}

Schedule read_schedule(const std::string& text) {
  const auto table = toml::parse("weight = " + text);
  FieldReader reader(table, {"test.toml", "[a]"});
  Holder holder;
  visit_fields(reader, holder);
  return holder.weight;
}

TEST(Schedule, IsANumberOrMovesBetweenTwo) {
  EXPECT_EQ(read_schedule("0.25").at(0), 0.25);
  EXPECT_EQ(read_schedule("1").at(7), 1);
  const Schedule line = read_schedule("{ from = 1, to = 0.5, over = \"100 steps\" }");
  EXPECT_DOUBLE_EQ(line.at(0), 1);
  EXPECT_DOUBLE_EQ(line.at(0.5), 0.75);
  EXPECT_DOUBLE_EQ(line.at(3), 0.5) << "stays at the end";
  const Schedule wave = read_schedule("{ from = 0, to = 2, over = \"3 epochs\", shape = \"cosine\" }");
  EXPECT_DOUBLE_EQ(wave.at(0.5), 1);
  EXPECT_NEAR(wave.at(0.25), 1 - std::sqrt(0.5), 1e-12);
}

TEST(Schedule, IsWrittenAsItIsRead) {
  for (const char* text : {"0.25", "{ from = 1.0, to = 0.5, over = \"100 steps\", shape = \"cosine\" }"}) {
    EXPECT_EQ(read_schedule(text).to_toml(), text);
  }
}

TEST(Schedule, RefusesWhatCannotBeMeant) {
  const auto error = [](const std::string& text) { return test::error_of([&] { read_schedule(text); }); };
  EXPECT_THAT(error("-1"), HasSubstr("not negative"));
  EXPECT_THAT(error("3"), HasSubstr("outside 0 to 2"));
  EXPECT_THAT(error("{ from = 1, to = 3, over = 5 }"), HasSubstr("outside 0 to 2"));
  EXPECT_THAT(error("true"), HasSubstr("must be a number"));
  EXPECT_THAT(error("{ from = 1, to = 0 }"), HasSubstr("lacks 'over'"));
  EXPECT_THAT(error("{ from = 1, to = 0, over = 5, shap = 1 }"), HasSubstr("'shape'"));
  EXPECT_THAT(error("{ from = 1, to = 0, over = \"5 minutes\" }"), HasSubstr("steps, epochs or images"));
  EXPECT_THAT(error("nan"), HasSubstr("finite"));
}

}  // namespace
}  // namespace ganymede::config
