#include "ganymede/train/run_state.h"

#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

using test::TemporaryFolder;

TEST(RunState, ReadsWhatItWrites) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_run_state(folder.path())) << "a run of an earlier version";
  for (const auto phase :
       {RunPhase::kWaiting, RunPhase::kRunning, RunPhase::kDone, RunPhase::kStopped, RunPhase::kFailed}) {
    write_run_state(folder.path(), {phase, 7, 20, phase == RunPhase::kFailed ? "why \"so\"\xff" : ""});
    const auto read = read_run_state(folder.path());
    ASSERT_TRUE(read) << phase_name(phase);
    EXPECT_EQ(read->phase, phase);
    EXPECT_EQ(read->step, 7u);
    EXPECT_EQ(read->steps, 20u);
    EXPECT_EQ(read->why.empty(), phase != RunPhase::kFailed);
  }
}

TEST(RunState, WhatIsNoneIsNone) {
  for (const char* text :
       {"", "{}", "[]", "3", R"({"state": "odd", "step": 1, "steps": 2})", R"({"state": 1, "step": 1, "steps": 2})",
        R"({"state": "done", "step": "x", "steps": 2})", R"({"state": "done", "step": 1})"}) {
    EXPECT_FALSE(parse_run_state(text)) << text;
  }
  EXPECT_FALSE(parse_run_state(std::string(100'000, '[')));
}

}  // namespace
}  // namespace ganymede::train
