#include "ganymede/core/open_file.h"

#include <sys/stat.h>

#include "support/support.h"

namespace ganymede {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using ::testing::HasSubstr;

TEST(OpenBelow, OpensRegularFilesAlone) {
  const TemporaryFolder folder;
  write_file(folder / "place/samples/a.png", std::string_view("image"));
  write_file(folder / "secret", std::string_view("secret"));
  const fs::path place = folder / "place";
  EXPECT_EQ(open_below(place, "samples/a.png")->size(), 5u);
  EXPECT_EQ(read_below(place, "samples/a.png", 5).size(), 5u);
  EXPECT_THAT(error_of([&] { read_below(place, "samples/a.png", 4); }), HasSubstr("above the limit of 4"));

  fs::create_symlink(folder / "secret", place / "link");
  fs::create_directory_symlink(folder.path(), place / "up");
  ::mkfifo((place / "pipe").c_str(), 0644);
  for (const char* name : {"link", "up/secret", "pipe", "samples", "none", "../secret", "samples/../../secret", "", ".",
                           "samples/", "/etc/passwd"}) {
    EXPECT_FALSE(open_below(place, name)) << name;
  }
  EXPECT_FALSE(open_below("/dev", "null")) << "a device";
  fs::create_directory_symlink(place, folder / "named");
  EXPECT_TRUE(open_below(folder / "named", "samples/a.png")) << "the folder itself was named by who may";
  EXPECT_THAT(error_of([&] { read_below(place, "link", 100); }), HasSubstr("link"));
}

TEST(OpenBelow, TellsPlainFilesAndFolders) {
  const TemporaryFolder folder;
  write_file(folder / "file", std::string_view("x"));
  fs::create_symlink(folder / "file", folder / "link");
  fs::create_directory_symlink(folder.path(), folder / "loop");
  EXPECT_TRUE(is_plain_file(folder / "file") && is_plain_folder(folder.path()));
  EXPECT_FALSE(is_plain_file(folder / "link") || is_plain_folder(folder / "loop") || is_plain_file(folder / "none"));
}

}  // namespace
}  // namespace ganymede
