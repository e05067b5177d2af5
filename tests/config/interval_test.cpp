#include "ganymede/config/interval.h"

#include "ganymede/core/error.h"
#include "support/support.h"

namespace ganymede::config {
namespace {

using Unit = Interval::Unit;

Interval read_interval(const std::string& value) {
  const toml::table table = toml::parse("x = " + value);
  return Interval::from_node(*table.get("x"), [](const std::string& problem) { throw Error(problem); });
}

TEST(Interval, ReadsEveryUnit) {
  EXPECT_EQ(read_interval("500"), (Interval{500, Unit::kSteps}));
  EXPECT_EQ(read_interval("'500 steps'"), (Interval{500, Unit::kSteps}));
  EXPECT_EQ(read_interval("'1 epoch'"), (Interval{1, Unit::kEpochs}));
  EXPECT_EQ(read_interval("'0.5 epochs'"), (Interval{0.5, Unit::kEpochs}));
  EXPECT_EQ(read_interval("'5e4 images'"), (Interval{50000, Unit::kImages}));
  EXPECT_EQ(read_interval("'90 seconds'"), (Interval{90, Unit::kSeconds}));
  EXPECT_EQ(read_interval("'10minutes'"), (Interval{10, Unit::kMinutes}));
  EXPECT_EQ(read_interval("0"), Interval{});
}

TEST(Interval, WritesWhatItReads) {
  for (const double count : {0.0, 0.25, 1.0, 3.0, 1e6, 123456.75}) {
    for (const Unit unit : {Unit::kSteps, Unit::kEpochs, Unit::kImages, Unit::kSeconds, Unit::kMinutes}) {
      const Interval interval{count, unit};
      EXPECT_EQ(read_interval(interval.to_toml()), interval) << interval.to_toml();
    }
  }
  EXPECT_EQ((Interval{1, Unit::kEpochs}).to_toml(), "\"1 epoch\"");
  EXPECT_EQ((Interval{2, Unit::kEpochs}).to_toml(), "\"2 epochs\"");
}

TEST(Interval, Refuses) {
  for (const char* value : {"'5'", "'steps'", "'5 parsecs'", "''", "true", "[5]", "'5 steps and more'", "'x epochs'"}) {
    EXPECT_THAT(test::error_of([&] { read_interval(value); }), ::testing::HasSubstr("\"10 minutes\"")) << value;
  }
  for (const char* value : {"-1", "'-1 steps'", "'inf steps'", "'nan epochs'"}) {
    EXPECT_EQ(test::error_of([&] { read_interval(value); }), "must not be negative") << value;
  }
}

}  // namespace
}  // namespace ganymede::config
