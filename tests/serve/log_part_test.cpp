#include "ganymede/serve/log_part.h"

#include <sys/stat.h>

#include <fstream>

#include "ganymede/core/files.h"
#include "support/support.h"

namespace ganymede::serve {
namespace {

constexpr const char* kLog = "train.log";

TEST(LogPart, OnlyWhatIsNewIsRead) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(log_part(folder.path(), kLog, {}));
  write_file(folder / kLog, "one\ntwo\nthr");
  const auto first = *log_part(folder.path(), kLog, {});
  EXPECT_EQ(first.text, "one\ntwo\n") << "a line that is being written waits";
  EXPECT_EQ(log_part(folder.path(), kLog, first.end)->text, "");
  std::ofstream(folder / kLog, std::ios::app) << "ee\n";
  const auto next = *log_part(folder.path(), kLog, first.end);
  EXPECT_EQ(next.from, first.end);
  EXPECT_EQ(next.text, "three\n");
  write_file(folder / kLog, "new\n");
  EXPECT_EQ(log_part(folder.path(), kLog, next.end)->text, "new\n") << "begun anew";
}

TEST(LogPart, OfALongLogTheLastWholeLinesOrPieceByPiece) {
  const test::TemporaryFolder folder;
  std::string text;
  for (int i = 0; text.size() < 3 * kMostOfLog; ++i) text += "line " + std::to_string(i) + "\n";
  write_file(folder / kLog, text);
  const auto last = *log_part(folder.path(), kLog, {});
  EXPECT_TRUE(last.text.starts_with("line ") && last.text.size() <= kMostOfLog);
  EXPECT_EQ(last.end, text.size());
  std::string all;
  for (std::uint64_t at = 0; at < text.size();) {
    const auto part = *log_part(folder.path(), kLog, at);
    ASSERT_GT(part.end, at);
    all += part.text;
    at = part.end;
  }
  EXPECT_EQ(all, text);
  write_file(folder / kLog, std::string(3 * kMostOfLog, 'x'));
  EXPECT_EQ(log_part(folder.path(), kLog, 0)->text.size(), kMostOfLog) << "a line without an end";
}

TEST(LogPart, LinksAndPipesAreNoLogs) {
  const test::TemporaryFolder folder;
  std::filesystem::create_symlink("/etc/hostname", folder / kLog);
  EXPECT_FALSE(log_part(folder.path(), kLog, {}));
  std::filesystem::remove(folder / kLog);
  ASSERT_EQ(::mkfifo((folder / kLog).c_str(), 0644), 0);
  EXPECT_FALSE(log_part(folder.path(), kLog, {}));
}

}  // namespace
}  // namespace ganymede::serve
