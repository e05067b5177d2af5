#include "ganymede/recipe/recorded_runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "support/support.h"

namespace ganymede::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const PlannedRun& planned) {
  return fmt::format("{}", fmt::join(expectation_text(expectation_of(planned)), "\n"));
}

TEST(RecordedRuns, TheLikeOfTheFaces) {
  const auto found = expectation_of({.side = 64, .channels = 3, .images = 4000, .steps = 1000, .batch = 64});
  EXPECT_TRUE(found.near);
  EXPECT_EQ(found.run.pictures, "faces");
  const auto text = text_of({.side = 64, .channels = 3, .images = 4000, .steps = 1000, .batch = 64});
  EXPECT_THAT(text, HasSubstr("5,543 images of 64x64, 434 steps of 128"));
  EXPECT_THAT(text, HasSubstr("swd 105.5 (of 2,000 images)"));
  EXPECT_THAT(text, Not(HasSubstr("no recorded run")));
}

TEST(RecordedRuns, NoneIsNearFewImages) {
  const PlannedRun few{.side = 64, .channels = 3, .images = 500, .steps = 2000, .batch = 32};
  const auto found = expectation_of(few);
  EXPECT_FALSE(found.near);
  EXPECT_THAT(found.unlike, ElementsAre("5,543 images, here 500"));
  EXPECT_THAT(text_of(few), HasSubstr("no recorded run is near"));
}

TEST(RecordedRuns, ShortTrainingsAndGreyImagesAreOthers) {
  const auto brief = expectation_of({.side = 32, .channels = 3, .images = 50'000, .steps = 100, .batch = 64});
  EXPECT_FALSE(brief.near);
  const auto grey = expectation_of({.side = 64, .channels = 1, .images = 12'000, .steps = 1000, .batch = 128});
  EXPECT_TRUE(grey.near);
  EXPECT_EQ(grey.run.recipe, "dcgan-64-grey");
}

/// The page's part of a run: from its heading to the next.
std::string part_of(const std::string& page, const std::string& heading) {
  const auto begin = page.find("\n## " + heading);
  if (begin == std::string::npos) return {};
  return page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

TEST(RecordedRuns, EachNumberStandsInThePageOfResults) {
  std::ifstream file(GANYMEDE_RESULTS_PAGE);
  std::ostringstream content;
  content << file.rdbuf();
  std::string page = content.str();
  std::replace(page.begin(), page.end(), '|', ' ');
  for (const auto& run : recorded_runs()) {
    SCOPED_TRACE(run.heading);
    const auto part = part_of(page, run.heading);
    const auto grouped = [](std::uint64_t n) {
      auto digits = std::to_string(n);
      if (digits.size() > 3) digits.insert(digits.size() - 3, ",");
      return digits;
    };
    EXPECT_THAT(part, HasSubstr(grouped(run.images)));
    EXPECT_THAT(part, HasSubstr(run.steps < 1000 ? fmt::format("{} steps", run.steps) : grouped(run.steps)));
    EXPECT_THAT(part, HasSubstr(fmt::format("{}", run.figure)));
  }
}

}  // namespace
}  // namespace ganymede::config
