// Numbered files sort as they count, and a used folder is not written into.
#include "ganymede/core/numbered_files.h"

#include <fstream>

#include "support/support.h"

namespace ganymede {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(NumberedFiles, SortAsTheyCount) {
  EXPECT_EQ(numbered_name(7, 64, ".png"), "0007.png");
  EXPECT_EQ(numbered_name(9'999, 10'000, ".png"), "9999.png");
  EXPECT_EQ(numbered_name(7, 10'001, ".png"), "00007.png");
  EXPECT_LT(numbered_name(1'001, 10'050, ".png"), numbered_name(10'000, 10'050, ".png"));
}

TEST(NumberedFiles, AreNotMixedWithOthers) {
  const test::TemporaryFolder folder;
  prepare_numbered_folder(folder / "new", ".png", false);
  std::ofstream(folder / "0000.png") << "a";
  std::ofstream(folder / "notes.txt") << "b";
  EXPECT_THAT(error_of([&] { prepare_numbered_folder(folder.path(), ".png", false); }),
              HasSubstr("holds 1 .png file already"));
  prepare_numbered_folder(folder.path(), ".png", true);
  EXPECT_FALSE(std::filesystem::exists(folder / "0000.png"));
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.txt"));
  std::ofstream(folder / "0001.png") << "a";
  std::ofstream(folder / "holiday.png") << "c";
  EXPECT_THAT(error_of([&] { prepare_numbered_folder(folder.path(), ".png", true); }),
              HasSubstr("name another folder"));
  EXPECT_TRUE(std::filesystem::exists(folder / "0001.png")) << "nothing goes unless all may";
}

}  // namespace
}  // namespace ganymede
