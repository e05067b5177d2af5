#include "ganymede/train/run_folder.h"

#include "support/support.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;
using test::error_of;
using test::TemporaryFolder;
using ::testing::HasSubstr;

std::string step_name(const fs::path& path) {
  return path.filename().string();
}

void save(const RunFolder& run, std::uint64_t step) {
  const std::vector<checkpoint::NamedTensor> tensors{{"a", torch::full({2}, static_cast<double>(step))}};
  checkpoint::write_safetensors(run.checkpoint(step), tensors);
}

TEST(RunFolder, NamesItsFiles) {
  const TemporaryFolder folder;
  const RunFolder run(folder / "a/b", false);
  EXPECT_EQ(run.sample(500), folder / "a/b/samples/step-000500.png");
  EXPECT_EQ(run.checkpoint(1234567), folder / "a/b/checkpoints/step-1234567.safetensors");
}

TEST(RunFolder, FindsTheNewestWholeCheckpoint) {
  const TemporaryFolder folder;
  const RunFolder run(folder / "run", false);
  EXPECT_FALSE(run.newest_checkpoint());
  for (const std::uint64_t step : {999'999u, 1'000'000u, 5u}) save(run, step);
  write_file(run.file("checkpoints/other.txt"), std::string_view("no checkpoint"));
  const auto all = run.checkpoints();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(step_name(all[0]), "step-1000000.safetensors") << "by number, not by letter";
  EXPECT_EQ(step_name(all[2]), "step-000005.safetensors");
  EXPECT_EQ(run.newest_checkpoint()->file.find("a")->sum().item<double>(), 2'000'000);
  fs::resize_file(run.checkpoint(1'000'000), 20);
  EXPECT_EQ(step_name(run.newest_checkpoint()->path), "step-999999.safetensors");
  fs::resize_file(run.checkpoint(999'999), 0);
  fs::resize_file(run.checkpoint(5), 0);
  EXPECT_THAT(error_of([&] { run.newest_checkpoint(); }), HasSubstr("no checkpoint of this run can be read"));
}

TEST(RunFolder, IsOneRunsAndOneProcesss) {
  const TemporaryFolder folder;
  {
    const RunFolder run(folder / "run", false);
    EXPECT_THAT(error_of([&] { RunFolder second(folder / "run", true); }), HasSubstr("another process"));
    write_file(run.file(kRecipeFile), std::string_view("x"));
  }
  EXPECT_THAT(error_of([&] { RunFolder again(folder / "run", false); }), HasSubstr("add --resume"));
  EXPECT_NO_THROW(RunFolder(folder / "run", true));
}

TEST(RunFolder, NoticesThatItIsGone) {
  const TemporaryFolder folder;
  const RunFolder run(folder / "run", false);
  EXPECT_NO_THROW(run.expect_there());
  fs::rename(folder / "run", folder / "moved");
  EXPECT_THAT(error_of([&] { run.expect_there(); }), HasSubstr("deleted or replaced"));
  fs::create_directory(folder / "run");
  EXPECT_THAT(error_of([&] { run.expect_there(); }), HasSubstr("another --output")) << "another of the same name";
}

TEST(RunFolder, CountsSecondsUpToAStepBeforeDamage) {
  const TemporaryFolder folder;
  const RunFolder run(folder / "run", false);
  write_file(run.file("metrics.csv"), "step,epoch,images,seconds\n5,1,40,2.5\n10,2,80,5.25\n\0\0\0\n20,x\n"sv);
  EXPECT_EQ(run.seconds_until(10), 5.25);
}

TEST(RunFolder, CountsSecondsUpToAStep) {
  const TemporaryFolder folder;
  const RunFolder run(folder / "run", false);
  EXPECT_EQ(run.seconds_until(10), 0);
  write_file(run.file("metrics.csv"),
             std::string_view("step,epoch,images,seconds\n5,1,40,2.5\n10,2,80,5.25\n15,3,120,8\n"));
  EXPECT_EQ(run.seconds_until(10), 5.25);
  EXPECT_EQ(run.seconds_until(12), 5.25);
  EXPECT_EQ(run.seconds_until(4), 0);
  EXPECT_EQ(run.seconds_until(100), 8);
}

TEST(RunNames, AreTheFoldersAndPathsWhereTwoShareOne) {
  EXPECT_THAT(run_names({"runs/a", "runs/b/", "other/b", "runs/c\x1b[31m"}),
              testing::ElementsAre("a", "runs/b/", "other/b", "c\\x1b[31m"));
}

}  // namespace
}  // namespace ganymede::train
