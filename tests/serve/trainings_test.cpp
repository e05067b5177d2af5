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

/// What state() says of that, without what it uses.
nlohmann::json current_of(const nlohmann::json& state) {
  auto current = state["current"];
  if (current.is_object()) current.erase("processors"), current.erase("memory_bytes");
  return current;
}

TEST(Trainings, StartOneAtATimeAndStop) {
  ScriptedTrainings scripted(kUntilStopped);
  auto& trainings = *scripted.trainings;
  trainings.start({.run = "one", .words = {"some-recipe", "--seed", "7", "--steps", "20"}});
  wait_for_file(scripted.run("one") / "ready");
  EXPECT_EQ(current_of(scripted.state()), (nlohmann::json{{"id", "one"}, {"operation", "train"}, {"stopping", false}}));
  EXPECT_EQ(scripted.status_of({.run = "one", .words = {"some-recipe"}}), 409);
  EXPECT_THROW(trainings.resume("one", scripted.run("one")), Problem);
  EXPECT_THROW(trainings.stop("two"), Problem);
  for (int i = 0; i < 3; ++i) trainings.stop("one");
  EXPECT_EQ(scripted.ended(), (nlohmann::json{{"current", nullptr}, {"failed", nullptr}}));
  EXPECT_TRUE(fs::exists(scripted.run("one") / "saved"));
  EXPECT_THROW(trainings.stop("one"), Problem);
}

TEST(Trainings, OthersWaitInTheirOrderAndAreTakenBack) {
  ScriptedTrainings scripted(kUntilStopped);
  auto& trainings = *scripted.trainings;
  for (const char* name : {"one", "two", "three", "four"})
    EXPECT_EQ(scripted.status_of({.run = name, .words = {"some-recipe"}}), 202) << name;
  const auto waiting = [&] {
    std::vector<std::string> names;
    for (const auto& one : trainings.state().waiting) names.push_back(one.id);
    return names;
  };
  EXPECT_EQ(waiting(), (std::vector<std::string>{"two", "three", "four"}));
  EXPECT_TRUE(trainings.has("one") && trainings.has("four") && !trainings.has("five"));
  EXPECT_EQ(scripted.status_of({.run = "three", .words = {"some-recipe"}}), 409) << "it waits already";
  EXPECT_FALSE(fs::exists(scripted.run("two"))) << "before its turn";
  trainings.stop("three");
  EXPECT_EQ(waiting(), (std::vector<std::string>{"two", "four"}));
  write_file(scripted.run("two"), "somebody else's");
  wait_for_file(scripted.run("one") / "ready");
  trainings.stop("one");
  while (trainings.state().current.value->id == "one") std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(current_of(scripted.state())["id"], "four");
  EXPECT_EQ(scripted.state()["failed"]["id"], "two") << "its name was taken meanwhile";
  EXPECT_EQ(waiting(), std::vector<std::string>());
  for (std::size_t i = 0; i < Trainings::kMostWaiting; ++i)
    EXPECT_EQ(scripted.status_of({.run = "more-" + std::to_string(i), .words = {"some-recipe"}}), 202);
  EXPECT_EQ(scripted.status_of({.run = "last", .words = {"some-recipe"}}), 409);
  trainings.end();
  EXPECT_EQ(waiting(), std::vector<std::string>());
}

TEST(Trainings, AFailureIsSaidUntilSomethingIsAskedFor) {
  ScriptedTrainings scripted("touch $5/metrics.csv; case $5 in *bad) exit 3;; esac");
  EXPECT_EQ(scripted.status_of({.run = "bad", .words = {"some-recipe"}}), 202);
  EXPECT_EQ(scripted.status_of({.run = "good", .words = {"some-recipe"}}), 202);
  EXPECT_EQ(scripted.ended()["failed"]["id"], "bad") << "though another ran after it";
  EXPECT_TRUE(fs::exists(scripted.run("good") / "metrics.csv"));
  EXPECT_EQ(scripted.status_of({.run = "next", .words = {"some-recipe"}}), 202);
  EXPECT_TRUE(scripted.ended()["failed"].is_null());
}

TEST(Trainings, ARecipeThatWasSentIsKeptInTheFolder) {
  const NewTraining wanted{.run = "one", .words = {"--seed", "7"}, .recipe = "its text\n"};
  ScriptedTrainings failing("exit 1");
  failing.trainings->start(wanted);
  EXPECT_EQ(failing.ended()["failed"]["id"], "one");
  EXPECT_FALSE(fs::exists(failing.run("one"))) << "nothing was made of it";
  ScriptedTrainings scripted("cat $6; echo $7 $8; touch $5/model");
  scripted.trainings->start(wanted);
  scripted.ended();
  EXPECT_EQ(text_of(scripted.run("one") / files_of(RunOperation::kTrain).log), "its text\n--seed 7\n");
}

TEST(Trainings, WhatATrainingUsesIsSaid) {
  ScriptedTrainings scripted("trap 'exit 0' TERM; touch $5/ready; while :; do :; done");
  scripted.trainings->start({.run = "one", .words = {"some-recipe"}});
  wait_for_file(scripted.run("one") / "ready");
  const auto use = [&] { return *scripted.trainings->state().current.value; };
  EXPECT_GT(use().memory_bytes.value.value_or(0), 10'000);
  for (int i = 0; i < 1000 && !use().processors.value; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_GT(use().processors.value.value_or(-1), 0);
  EXPECT_LT(use().processors.value.value_or(9), 2);
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
  EXPECT_EQ(current_of(scripted.state()),
            (nlohmann::json{{"id", "mine"}, {"operation", "evaluate"}, {"stopping", false}}));
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
  EXPECT_EQ(scripted.status_of({.run = "two", .words = {"some-recipe"}}), 409) << "it ends";
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
