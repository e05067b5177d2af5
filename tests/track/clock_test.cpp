#include "ganymede/track/clock.h"

#include <fstream>

#include "support/support.h"

namespace ganymede::track {
namespace {

using test::TemporaryFolder;

TEST(Clock, CountsFromTheLastMarkThatFits) {
  const TemporaryFolder folder;
  Clock clock(folder / "none");
  EXPECT_FALSE(clock.time_of(3));
  clock.add({2, 10'000});
  clock.add({5, 60'000});
  EXPECT_FALSE(clock.time_of(1.9)) << "before tracking began";
  EXPECT_EQ(clock.time_of(2), 10'000);
  EXPECT_EQ(clock.time_of(4.5), 12'500);
  EXPECT_EQ(clock.time_of(6.001), 61'001);
  clock.add({3, 900'000});  // resumed
  EXPECT_EQ(clock.time_of(2.5), 10'500) << "rows from before keep their time";
  EXPECT_EQ(clock.time_of(5), 902'000) << "what is done again has another";
}

TEST(Clock, WritesWhatDoesNotFollow) {
  const TemporaryFolder folder;
  const auto file = folder / "clock.csv";
  {
    ClockWriter writer(file);
    writer.note(1, 50'000);
    writer.note(2, 51'900);  // not a second off
    writer.note(3, 60'000);
  }
  Clock clock(file);
  EXPECT_EQ(clock.time_of(2), 51'000);
  EXPECT_EQ(clock.time_of(3.5), 60'500);
}

TEST(Clock, PassesOverALineCutShortByAKill) {
  const TemporaryFolder folder;
  const auto file = folder / "clock.csv";
  std::ofstream(file) << "\n1,50000\n\n2,6";
  ClockWriter(file).note(3, 70'000);
  const Clock clock(file);
  EXPECT_EQ(clock.time_of(1), 50'000);
  EXPECT_EQ(clock.time_of(4), 71'000);
}

TEST(Clock, TellsTheTimeOfDay) {
  EXPECT_GT(milliseconds_now(), 1'700'000'000'000);
}

}  // namespace
}  // namespace ganymede::track
