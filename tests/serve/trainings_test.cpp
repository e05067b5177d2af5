#include "ganymede/serve/trainings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "ganymede/core/files.h"
#include "ganymede/serve/http.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

/// Trainings whose program is a script: its $5 is the run's folder.
struct ScriptedTrainings {
  explicit ScriptedTrainings(const std::string& script) {
    write_file(folder / "program", "#!/bin/sh\n" + script + "\n");
    fs::permissions(folder / "program", fs::perms::owner_all);
    trainings.emplace(folder / "program", folder / "runs", 3);
  }
  fs::path run(const std::string& name) const { return folder / "runs" / name; }
  int status_of(const NewTraining& wanted) {
    try {
      trainings->start(wanted);
      return 202;
    } catch (const Problem& problem) {
      return problem.status();
    }
  }
  /// What runs and what failed, as the answer says it.
  nlohmann::json state() {
    const auto all = json_of(trainings->state());
    return {{"current", all["current"]}, {"failed", all["failed"]}};
  }
  /// The same once nothing is running any more.
  nlohmann::json ended() {
    while (trainings->state().current.value) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return state();
  }

  test::TemporaryFolder folder;
  std::optional<Trainings> trainings;
};

void wait_for_file(const fs::path& file) {
  for (int i = 0; i < 2000 && !fs::exists(file); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(fs::exists(file)) << file;
}

std::string text_of(const fs::path& file) {
  const Bytes bytes = read_file(file);
  return {bytes.begin(), bytes.end()};
}

constexpr const char* kUntilStopped =
    "trap 'touch $5/saved; exit 0' TERM; touch $5/ready; while :; do sleep 0.01; done";

TEST(Trainings, StartOneAtATimeAndStop) {
  ScriptedTrainings scripted(kUntilStopped);
  auto& trainings = *scripted.trainings;
  trainings.start({.run = "one", .words = {"some-recipe", "--seed", "7", "--steps", "20"}});
  wait_for_file(scripted.run("one") / "ready");
  EXPECT_EQ(scripted.state()["current"], (nlohmann::json{{"id", "one"}, {"operation", "train"}, {"stopping", false}}));
  EXPECT_EQ(scripted.status_of({.run = "two", .words = {"some-recipe"}}), 409);
  EXPECT_THROW(trainings.resume("one", scripted.run("one")), Problem);
  EXPECT_FALSE(fs::exists(scripted.run("two")));
  EXPECT_THROW(trainings.stop("two"), Problem);
  for (int i = 0; i < 3; ++i) trainings.stop("one");
  EXPECT_EQ(scripted.ended(), (nlohmann::json{{"current", nullptr}, {"failed", nullptr}}));
  EXPECT_TRUE(fs::exists(scripted.run("one") / "saved"));
  EXPECT_THROW(trainings.stop("one"), Problem);
}

TEST(Trainings, SayWhatIsToBeTrained) {
  ScriptedTrainings scripted(
      "echo \"$@\"; [ -t 0 ] || read line || echo nothing to read; [ -e /proc/self/fd/200 ] && echo inherited; touch "
      "$5/model");
  const int open = ::dup2(STDOUT_FILENO, 200);  // as a connection would be
  scripted.trainings->start({.run = "one", .words = {"some-recipe", "--seed", "7", "--steps", "20"}});
  scripted.ended();
  scripted.trainings->resume("one", scripted.run("one"));
  scripted.ended();
  ::close(open);
  const std::string out = "--threads 3 train --output " + scripted.run("one").string();
  EXPECT_EQ(text_of(scripted.run("one") / files_of(RunOperation::kTrain).log),
            out + " some-recipe --seed 7 --steps 20\nnothing to read\n" + out + " --resume\nnothing to read\n");
}

TEST(Trainings, AnEvaluationIsOneOfThem) {
  ScriptedTrainings scripted("echo \"$@\"; trap 'exit 143' TERM; touch $4/ready; while :; do sleep 0.01; done");
  auto& trainings = *scripted.trainings;
  const fs::path run = scripted.folder / "mine";
  fs::create_directories(run);
  write_file(run / "metrics.csv", "step\n");
  trainings.measure(RunOperation::kEvaluate, "mine", run, {"--count", "64"});
  wait_for_file(run / "ready");
  EXPECT_EQ(scripted.state()["current"],
            (nlohmann::json{{"id", "mine"}, {"operation", "evaluate"}, {"stopping", false}}));
  EXPECT_EQ(scripted.status_of({.run = "two", .words = {"some-recipe"}}), 409);
  EXPECT_THROW(trainings.measure(RunOperation::kFeatures, "mine", run, {}), Problem);
  trainings.stop("mine");
  EXPECT_EQ(scripted.ended(), (nlohmann::json{{"current", nullptr}, {"failed", nullptr}}));
  EXPECT_EQ(text_of(run / "evaluation.log"), "--threads 3 evaluate " + run.string() + " --output " +
                                                 (run / "evaluation.json").string() + " --count 64\n");
  fs::remove(run / "ready");
  trainings.measure(RunOperation::kFeatures, "mine", run, {});
  wait_for_file(run / "ready");
  EXPECT_EQ(scripted.state()["current"]["operation"], "features");
  EXPECT_EQ(text_of(run / "features.log"),
            "--threads 3 features " + run.string() + " --output " + (run / "features.json").string() + "\n");
}

TEST(Trainings, AFailureIsItsLastLineAndLeavesNoFolder) {
  ScriptedTrainings scripted("echo reading; echo 'error: no data, in /data; fetch it' >&2; exit 1");
  for (int i = 0; i < 2; ++i) {
    scripted.trainings->start({.run = "one", .words = {"some-recipe"}});
    EXPECT_EQ(scripted.ended()["failed"],
              (nlohmann::json{{"id", "one"}, {"operation", "train"}, {"detail", "no data, in /data; fetch it"}}));
    EXPECT_FALSE(fs::exists(scripted.run("one")));
  }
}

TEST(Trainings, AFailureWithoutAWordIsItsCode) {
  ScriptedTrainings scripted("touch $5/metrics.csv; kill -9 $$");
  scripted.trainings->start({.run = "one", .words = {"some-recipe"}});
  EXPECT_EQ(scripted.ended()["failed"]["detail"], "it ended with code 137");
  write_file(scripted.run("one") / files_of(RunOperation::kTrain).log, "error: of another time\n");
  scripted.trainings->resume("one", scripted.run("one"));
  EXPECT_EQ(scripted.ended()["failed"]["detail"], "it ended with code 137");
  EXPECT_TRUE(fs::exists(scripted.run("one") / "metrics.csv"));
}

TEST(Trainings, OneThatSomebodyStoppedDidNotFail) {
  ScriptedTrainings scripted("touch $5/metrics.csv; exit 143");
  scripted.trainings->start({.run = "one", .words = {"some-recipe"}});
  EXPECT_EQ(scripted.ended(), (nlohmann::json{{"current", nullptr}, {"failed", nullptr}}));
}

TEST(Trainings, ALogThatIsAPipeHoldsUpNobody) {
  ScriptedTrainings scripted("touch $5/metrics.csv; exit 3");
  fs::create_directories(scripted.run("one"));
  ASSERT_EQ(::mkfifo((scripted.run("one") / files_of(RunOperation::kTrain).log).c_str(), 0644), 0);
  EXPECT_THROW(scripted.trainings->resume("one", scripted.run("one")), Problem);
}

TEST(Trainings, NamesAreNoPaths) {
  ScriptedTrainings scripted("exit 0");
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("../x"), std::string("a/b"),
        std::string("/tmp/x"), std::string(".x"), std::string("-x"), std::string("a b"), std::string("a.safetensors"),
        std::string("ä"), std::string("a\0b", 3), std::string(65, 'a')}) {
    EXPECT_EQ(scripted.status_of({.run = name, .words = {"some-recipe"}}), 422) << name;
  }
  EXPECT_FALSE(fs::exists(scripted.folder / "runs"));
  EXPECT_EQ(scripted.status_of({.run = std::string(64, 'a'), .words = {"some-recipe"}}), 202);
}

TEST(Trainings, WhatIsThereIsNotTouched) {
  ScriptedTrainings scripted("touch $5/made");
  fs::create_directories(scripted.run("folder"));
  write_file(scripted.run("file"), "text");
  fs::create_symlink(scripted.folder / "elsewhere", scripted.run("link"));
  for (const char* name : {"folder", "file", "link"})
    EXPECT_EQ(scripted.status_of({.run = name, .words = {"some-recipe"}}), 409) << name;
  EXPECT_TRUE(fs::is_empty(scripted.run("folder")));
  EXPECT_FALSE(fs::exists(scripted.folder / "elsewhere"));
}

TEST(Trainings, StopWithTheServer) {
  ScriptedTrainings scripted(kUntilStopped);
  scripted.trainings->start({.run = "one", .words = {"some-recipe"}});
  wait_for_file(scripted.run("one") / "ready");
  scripted.trainings->end();
  EXPECT_EQ(scripted.status_of({.run = "two", .words = {"some-recipe"}}), 409);
  scripted.trainings.reset();
  EXPECT_TRUE(fs::exists(scripted.run("one") / "saved"));
}

TEST(Trainings, AProgramThatCannotBeStartedIsAProblem) {
  const test::TemporaryFolder folder;
  Trainings trainings(folder / "none", folder / "runs", 1);
  EXPECT_THAT(test::error_of([&] { trainings.start({.run = "one", .words = {"some-recipe"}}); }),
              testing::HasSubstr("No such file"));
  EXPECT_FALSE(fs::exists(folder / "runs" / "one"));
}

}  // namespace
}  // namespace ganymede::serve
