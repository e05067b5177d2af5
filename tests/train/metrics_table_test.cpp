#include "ganymede/train/metrics_table.h"

#include <cmath>
#include <limits>

#include "support/support.h"

namespace ganymede::train {
namespace {

using test::error_of;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

std::string text_of(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

const std::vector<std::string> kColumns{"loss_d", "fid"};

MetricsRow row(std::uint64_t step) {
  MetricsRow made{step, static_cast<double>(step) / 8, step * 64, 0.5, {{"loss_d", 0.1 * static_cast<double>(step)}}};
  if (step % 2 == 0) made.values["fid"] = 100;
  return made;
}

TEST(MetricsTable, WritesShortNumbersAndEmptyCells) {
  TemporaryFolder folder;
  MetricsTable table(folder / "metrics.csv", kColumns);
  table.append(row(1));
  table.append({2, 0.25, 128, 1e-7, {{"loss_d", std::nan("")}, {"fid", 1.0 / 3}}});
  EXPECT_EQ(text_of(folder / "metrics.csv"),
            "step,epoch,images,seconds,loss_d,fid\n"
            "1,0.125,64,0.5,0.1,\n"
            "2,0.25,128,1e-07,nan,0.3333333333333333\n");
}

TEST(MetricsTable, ReadsBackTheSameNumbers) {
  TemporaryFolder folder;
  MetricsTable table(folder / "metrics.csv", kColumns);
  table.append({1, 0.1, 64, 2.5, {{"loss_d", 0.1 + 0.2}}});
  table.append({2, 0.2, 128, 5, {{"loss_d", -std::numeric_limits<double>::infinity()}, {"fid", 5e-324}}});
  const MetricsData data = read_metrics(folder / "metrics.csv");
  EXPECT_THAT(data.columns, ElementsAre("step", "epoch", "images", "seconds", "loss_d", "fid"));
  ASSERT_EQ(data.rows(), 2u);
  EXPECT_THAT(*data.find("step"), ElementsAre(1, 2));
  EXPECT_THAT(*data.find("loss_d"), ElementsAre(0.1 + 0.2, -std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(std::isnan((*data.find("fid"))[0]));
  EXPECT_EQ((*data.find("fid"))[1], 5e-324);
  EXPECT_EQ(data.find("other"), nullptr);
}

TEST(MetricsTable, ResumedRunLeavesTheFileOfAnUninterruptedOne) {
  TemporaryFolder folder;
  {
    MetricsTable whole(folder / "whole.csv", kColumns);
    for (std::uint64_t step = 1; step <= 6; ++step) whole.append(row(step));
  }
  for (const char* torn : {"", "5", "5,0.6", "5,0.625,320,0.5,0.5"}) {
    {
      MetricsTable first(folder / "cut.csv", kColumns);
      for (std::uint64_t step = 1; step <= 4; ++step) first.append(row(step));
    }
    AppendFile(folder / "cut.csv", 1 << 20).append(torn);
    MetricsTable again(folder / "cut.csv", kColumns, 3);  // the checkpoint is older than the table
    for (std::uint64_t step = 4; step <= 6; ++step) again.append(row(step));
    EXPECT_EQ(text_of(folder / "cut.csv"), text_of(folder / "whole.csv")) << torn;
  }
}

TEST(MetricsTable, ResumesWhereTheFileIsMissingOrItsHeaderIsTorn) {
  TemporaryFolder folder;
  MetricsTable(folder / "a.csv", kColumns, 3).append(row(4));
  EXPECT_THAT(text_of(folder / "a.csv"), HasSubstr("step,epoch,images,seconds,loss_d,fid\n4,"));
  write_file(folder / "b.csv", std::string_view("step,epo"));
  MetricsTable(folder / "b.csv", kColumns, 3).append(row(4));
  EXPECT_EQ(text_of(folder / "b.csv"), text_of(folder / "a.csv"));
}

TEST(MetricsTable, RefusesOtherColumns) {
  TemporaryFolder folder;
  MetricsTable table(folder / "metrics.csv", kColumns);
  EXPECT_THAT(error_of([&] { MetricsTable(folder / "metrics.csv", {"loss_d"}, 3); }), HasSubstr("other columns"));
  EXPECT_THAT(error_of([&] { table.append({1, 0, 0, 0, {{"fidd", 1}}}); }), HasSubstr("did you mean 'fid'?"));
  EXPECT_THAT(error_of([&] { MetricsTable(folder / "b.csv", {"a,b"}); }), HasSubstr("'a,b'"));
  EXPECT_THAT(error_of([&] { MetricsTable(folder / "b.csv", {"step"}); }), HasSubstr("named twice"));
}

TEST(ReadMetrics, TakesWhatSpreadsheetsWriteAndRunsThatGoOn) {
  TemporaryFolder folder;
  write_file(folder / "a.csv", std::string_view("\xEF\xBB\xBF\"step\",\"loss_d\"\r\n1,\"2.5\"\r\n\r\n2,\r\n3,0.12"));
  const MetricsData data = read_metrics(folder / "a.csv");
  EXPECT_THAT(data.columns, ElementsAre("step", "loss_d"));
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ((*data.find("loss_d"))[0], 2.5);
}

TEST(ReadMetrics, NamesTheLineThatIsWrong) {
  TemporaryFolder folder;
  const auto read = [&](std::string_view text) {
    write_file(folder / "bad.csv", text);
    return error_of([&] { read_metrics(folder / "bad.csv"); });
  };
  EXPECT_THAT(read("step,a\n1,2\n2,x\n"), HasSubstr("bad.csv line 3"));
  EXPECT_THAT(read("step,a\n1,2,3\n"), HasSubstr("3 cells where the header has 2"));
  EXPECT_THAT(read("a,b\n1,2\n"), HasSubstr("must be 'step'"));
  EXPECT_THAT(read("step,a"), HasSubstr("no header line"));
  EXPECT_THAT(read(""), HasSubstr("no header line"));
  EXPECT_THAT(read(std::string("\0\0\0\n", 4)), HasSubstr("must be 'step'"));
  EXPECT_THAT(read("step" + std::string(1'000'000, ',') + "\n"), HasSubstr("not a table"));
}

}  // namespace
}  // namespace ganymede::train
