#include "cli/terminal_progress.h"

#include "support/support.h"

namespace ganymede::cli {
namespace {

TEST(TerminalProgress, OffTheTerminalIsPlainLines) {
  ::testing::internal::CaptureStderr();
  {
    const auto shown = terminal_progress({"tiny", 40, "step", 10});
    shown->update(20, "loss 1");
    shown->update(40, "loss 2");
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, ::testing::StartsWith("tiny: 40/40 steps"));
  EXPECT_THAT(text, ::testing::EndsWith("loss 2\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace ganymede::cli
