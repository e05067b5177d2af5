#include "ganymede/serve/run_table.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "ganymede/core/error.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;

std::string rows(int first, int last) {
  std::string out;
  for (int step = first; step <= last; ++step) out += fmt::format("{},{},{},{},{}\n", step, 0, 0, 0, step * 0.5);
  return out;
}
const std::string kHeader = "step,epoch,images,seconds,loss\n";

class RunTables : public testing::Test {
 protected:
  void write(const std::string& text, std::ios::openmode how = std::ios::trunc) {
    std::ofstream(folder_.path() / "metrics.csv", std::ios::binary | how) << text;
  }
  double loss(std::size_t row) { return table_.read()->find("loss")->at(row); }

  test::TemporaryFolder folder_;
  std::shared_ptr<TableMemory> memory_ = std::make_shared<TableMemory>(1 << 20);
  RunTable table_{folder_.path(), memory_};
};

TEST_F(RunTables, ReadsOnWhereTheFileGrew) {
  write(kHeader + rows(1, 3));
  const auto first = table_.read();
  EXPECT_EQ(first->rows(), 3u);
  EXPECT_EQ(table_.read(), first) << "nothing came: it is the same";
  write("4,0,0,0,2\n5,0,0,", std::ios::app);
  EXPECT_EQ(table_.read()->rows(), 4u) << "a row that is being written is none yet";
  write("0,7\n" + rows(6, 400), std::ios::app);
  EXPECT_EQ(table_.read()->rows(), 400u);
  EXPECT_EQ(loss(4), 7);
  EXPECT_EQ(loss(399), 200);
  EXPECT_EQ(first->rows(), 3u) << "who has it may go on with it";
}

TEST_F(RunTables, DoesNotReadAgainWhatItKnows) {
  write(kHeader + rows(1, 300));
  const auto kept = table_.read();
  // Nobody changes rows in their place: that the change is not seen shows that they were not read.
  std::fstream(folder_.path() / "metrics.csv", std::ios::in | std::ios::out | std::ios::binary)
      .seekp(static_cast<std::streamoff>(kHeader.size()))
      .write("9", 1);
  write(rows(301, 301), std::ios::app);
  EXPECT_EQ(table_.read()->find("step")->front(), 1);
}

TEST_F(RunTables, BeginsAnewWhereTheFileDid) {
  write(kHeader + rows(1, 100));
  EXPECT_EQ(table_.read()->rows(), 100u);
  write(kHeader + rows(1, 50));
  EXPECT_EQ(table_.read()->rows(), 50u) << "shorter";
  write(kHeader + rows(1, 40) + "41,0,0,0,9\n" + rows(42, 200));
  EXPECT_EQ(table_.read()->rows(), 200u) << "resumed from an earlier step, and longer";
  EXPECT_EQ(loss(40), 9);
  write("step,epoch,images,seconds,other\n" + rows(1, 300));
  const auto other = table_.read();
  EXPECT_EQ(other->columns.back(), "other") << "other columns, though it is longer";
  fs::remove(folder_.path() / "metrics.csv");
  EXPECT_THROW(table_.read(), Error);
  write(kHeader + rows(1, 2));
  EXPECT_EQ(table_.read()->rows(), 2u);
}

TEST_F(RunTables, ADamagedRowIsNamed) {
  write(kHeader + rows(1, 2));
  EXPECT_EQ(table_.read()->rows(), 2u);
  write("x,0,0,0,1\n", std::ios::app);
  EXPECT_THAT(test::error_of([&] { table_.read(); }), testing::HasSubstr("metrics.csv line 4"));
  EXPECT_THROW(table_.read(), Error) << "the second time too";
}

TEST(TableMemory, KeepsWhatWasUsedLast) {
  const auto table = [](std::size_t size) {
    auto data = std::make_shared<train::MetricsData>();
    data->columns = {"step"};
    data->values = {std::vector<double>(size)};
    return data;
  };
  TableMemory memory(100 * sizeof(double));
  const int owners[3] = {};
  std::weak_ptr<const train::MetricsData> seen[3];
  for (int i = 0; i < 3; ++i) {
    const auto made = table(40);
    seen[i] = made;
    memory.use(&owners[i], made);
    if (i == 1) memory.use(&owners[0], seen[0].lock());
  }
  EXPECT_FALSE(seen[0].expired());
  EXPECT_TRUE(seen[1].expired()) << "the one that was not used longest";
  EXPECT_EQ(memory.used(), 80 * sizeof(double));
  memory.use(&owners[2], table(1000));
  EXPECT_EQ(memory.used(), 1000 * sizeof(double)) << "one always has room";
  memory.forget(&owners[2]);
  EXPECT_EQ(memory.used(), 0u);
}

TEST(TableSummary, KeepsPeaksAndLastNumbers) {
  train::MetricsData data{.columns = {"step", "fid"}, .values = {std::vector<double>(5000), std::vector<double>(5000)}};
  for (std::size_t i = 0; i < 5000; ++i) data.values[0][i] = static_cast<double>(i), data.values[1][i] = 5;
  data.values[1][3333] = 1;
  data.values[1][4998] = 4;
  data.values[1][4999] = NAN;
  const auto summary = summary_of(data);
  EXPECT_EQ(summary.rows, 5000u);
  EXPECT_EQ(summary.last.at("fid"), 4);
  EXPECT_EQ(summary.thinned.rows(), kThinned);
  EXPECT_THAT(*summary.thinned.find("fid"), testing::Contains(1));
}

}  // namespace
}  // namespace ganymede::serve
