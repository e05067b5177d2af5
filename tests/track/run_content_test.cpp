#include "ganymede/track/run_content.h"

#include <cmath>
#include <fstream>

#include "ganymede/core/files.h"
#include "ganymede/train/run_state.h"
#include "support/support.h"

namespace ganymede::track {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::Pair;
using train::RunPhase;

void write(const TemporaryFolder& run, const std::string& name, std::string_view text) {
  write_file(run / name, text);
}

std::vector<std::uint64_t> steps_of(const std::vector<train::MetricsRow>& rows) {
  std::vector<std::uint64_t> steps;
  for (const auto& row : rows) steps.push_back(row.step);
  return steps;
}

TEST(RunContent, ARecipesKeysAreParameters) {
  const TemporaryFolder run;
  write(run, "recipe.toml",
        "title = 'x \"y\"'\n[train]\nsteps = 40\nema = 0.5\n[a.b]\nc = true\nd = [{ e = 1 }, 'f']\n");
  EXPECT_THAT(parameters_of(run.path()),
              ElementsAre(Pair("a.b.c", "true"), Pair("a.b.d", R"([{"e":1},"f"])"), Pair("title", "x \"y\""),
                          Pair("train.ema", "0.5"), Pair("train.steps", "40")));
  write(run, "recipe.toml", "= 3");
  EXPECT_THROW(parameters_of(run.path()), Error);
}

TEST(RunContent, TagsHaveNoCommand) {
  const TemporaryFolder run;
  EXPECT_EQ(tags_of(run.path()).size(), 2u) << "what is said of every run";
  write(run, "environment.json",
        R"({"ganymede": "0.1", "command": "secret", "data": {"name": "shapes"}, "commit": 3})");
  const auto tags = tags_of(run.path());
  EXPECT_THAT(tags, testing::Contains(Pair("ganymede.version", "0.1")));
  EXPECT_THAT(tags, testing::Contains(Pair("ganymede.data", "shapes")));
  for (const auto& [key, value] : tags) EXPECT_NE(value, "secret");
}

TEST(RowReader, GivesWholeRowsAsTheyCome) {
  const TemporaryFolder run;
  RowReader reader(run.path());
  EXPECT_TRUE(reader.next().empty()) << "no table yet";
  std::ofstream table(run / "metrics.csv");
  table << "step,epoch,images,seconds,loss_d,fid" << std::flush;
  EXPECT_TRUE(reader.next().empty()) << "half a header";
  table << "\n5,0.5,40,1.25,0.7,\n10,1,80,2.5,nan,3\n15,1.5,12" << std::flush;
  auto rows = reader.next();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].step, 5u);
  EXPECT_EQ(rows[0].epoch, 0.5);
  EXPECT_EQ(rows[0].images, 40u);
  EXPECT_EQ(rows[0].seconds, 1.25);
  EXPECT_THAT(rows[0].values, ElementsAre(Pair("loss_d", 0.7)));
  EXPECT_THAT(rows[1].values, ElementsAre(Pair("fid", 3.0))) << "what is not finite is left out";
  EXPECT_TRUE(reader.next().empty());
  table << "0,3.5,0.6,\n" << std::flush;
  EXPECT_THAT(steps_of(reader.next()), ElementsAre(15u));
}

TEST(RowReader, BeginsAgainWhereTheTableWasCutBack) {
  const TemporaryFolder run;
  const std::string header = "step,epoch,images,seconds,loss_d\n", row = "1,1,1,1,1\n";
  write(run, "metrics.csv", header + row + "2,1,1,1,1\n");
  RowReader reader(run.path());
  EXPECT_EQ(reader.next().size(), 2u);
  write(run, "metrics.csv", header + row);
  EXPECT_THAT(steps_of(reader.next()), ElementsAre(1u));
}

TEST(RowReader, ReadsALongTableInPieces) {
  const TemporaryFolder run;
  {
    std::ofstream table(run / "metrics.csv");
    table << "step,epoch,images,seconds,loss_d\n";
    for (int step = 1; step <= 100'000; ++step) table << step << ",0.25,8,1.5,0.123456789\n";
  }
  RowReader reader(run.path());
  std::uint64_t last = 0;
  int pieces = 0;
  for (auto rows = reader.next(); !rows.empty(); rows = reader.next(), ++pieces) {
    for (const auto& row : rows) EXPECT_EQ(row.step, ++last);
  }
  EXPECT_EQ(last, 100'000u);
  EXPECT_GT(pieces, 2);
}

TEST(RunContent, ARunThatGoesOnHasFewerFiles) {
  const TemporaryFolder run;
  for (const char* name : {"samples/step-000005.png", "samples/notes.txt", "recipe.toml", "real.png", "metrics.csv",
                           "model.safetensors", "checkpoints/step-000005.safetensors", "mine.txt"}) {
    write(run, name, "x");
  }
  std::filesystem::create_symlink("/etc/passwd", run / "samples/link.png");
  const auto names = [&](bool ended) {
    std::vector<std::string> out;
    for (const auto& [name, stamp] : files_of(run.path(), ended)) out.push_back(name);
    return out;
  };
  EXPECT_THAT(names(false), ElementsAre("real.png", "recipe.toml", "samples/step-000005.png"));
  EXPECT_THAT(names(true),
              ElementsAre("metrics.csv", "model.safetensors", "real.png", "recipe.toml", "samples/step-000005.png"));
  const auto before = files_of(run.path(), true);
  write(run, "model.safetensors", "y");
  EXPECT_NE(files_of(run.path(), true), before) << "one that was written again is to be sent again";
}

TEST(RunContent, HowItEndedIsInMlflowsWords) {
  const TemporaryFolder run;
  EXPECT_EQ(end_of(run.path()).status, "KILLED") << "before it wrote anything";
  const std::pair<RunPhase, const char*> words[] = {{RunPhase::kDone, "FINISHED"},
                                                    {RunPhase::kFailed, "FAILED"},
                                                    {RunPhase::kStopped, "KILLED"},
                                                    {RunPhase::kRunning, "KILLED"}};
  for (const auto& [phase, word] : words) {
    train::write_run_state(run.path(), {phase, 1, 2, ""});
    EXPECT_EQ(end_of(run.path()).status, word);
    EXPECT_GT(end_of(run.path()).time, 1'700'000'000'000);
  }
}

TEST(RunContent, ItBeganWhenItsEnvironmentSays) {
  const TemporaryFolder run;
  write(run, "environment.json", R"({"start": "2026-01-02T03:04:05Z"})");
  EXPECT_EQ(start_of(run.path()), 1'767'323'045'000);
}

}  // namespace
}  // namespace ganymede::track
