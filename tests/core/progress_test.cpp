#include "ganymede/core/progress.h"

#include "support/support.h"

namespace ganymede {
namespace {

TEST(DurationText, ReadsLikeOneSaysIt) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(12.4), "12 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(250), "4 min 10 s");
  EXPECT_EQ(duration_text(3599.7), "1 h 00 min");
  EXPECT_EQ(duration_text(12000), "3 h 20 min");
  EXPECT_EQ(duration_text(100 * 3600), "100 h 00 min");
  EXPECT_EQ(duration_text(-5), "0 s");
}

TEST(Progress, OffTheTerminalIsPlainLines) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("tiny", 40, "step", 10);
    progress.update(20, "loss 1");
    progress.update(40, "loss 2");
    progress.finish();
    progress.finish();
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, ::testing::StartsWith("tiny: 40/40 steps"));
  EXPECT_THAT(text, ::testing::EndsWith("loss 2\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace ganymede
