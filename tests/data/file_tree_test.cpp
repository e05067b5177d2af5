#include "ganymede/data/file_tree.h"

#include "data/fixtures.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

const auto all = [](const std::string&) { return true; };
const auto texts = [](const std::string& name) { return name.ends_with(".txt"); };

Members read_all(const FileTree& tree) {
  Members found;
  tree.read(all, [&](const std::string& name, Bytes bytes) {
    found[name] = std::move(bytes);
    return true;
  });
  return found;
}

TEST(FileTree, FolderAndArchiveGiveTheSame) {
  const TemporaryFolder folder;
  const Members members = {{"a/1.txt", bytes_of("one")}, {"b/c/2.txt", bytes_of("two")}};
  Members more = members;
  more["a/.hidden.txt"] = bytes_of("x");
  more[".git/3.txt"] = bytes_of("x");
  more["__MACOSX/a/1.txt"] = bytes_of("x");
  more["a/image.png"] = bytes_of("x");
  write_folder(folder / "plain", more);
  write_archive(folder / "packed.zip", more);
  const FileTree plain(folder / "plain", texts, "", ""), packed(folder / "packed.zip", texts, "", "");
  EXPECT_THAT(plain.names(), ElementsAre("a/1.txt", "b/c/2.txt"));
  EXPECT_FALSE(plain.archived());
  EXPECT_TRUE(packed.archived());
  EXPECT_EQ(read_all(plain), members);
  EXPECT_EQ(read_all(packed), members);
  EXPECT_EQ(packed.where("a/1.txt"), (folder / "packed.zip").string() + ":a/1.txt");
}

TEST(FileTree, AFolderStandsForTheArchiveInIt) {
  const TemporaryFolder folder;
  write_archive(folder / "set-1.tar.gz", {{"a.txt", bytes_of("first")}});
  EXPECT_EQ(FileTree(folder.path(), texts, "", "").root(), folder / "set-1.tar.gz");
  write_archive(folder / "set-2.tar.gz", {{"a.txt", bytes_of("second")}});
  EXPECT_EQ(FileTree(folder.path(), texts, "set-2", "").root(), folder / "set-2.tar.gz");
  EXPECT_THROW(FileTree(folder.path(), texts, "", ""), UsageError);
  EXPECT_THAT(error_of([&] { FileTree(folder.path(), texts, "", ""); }), HasSubstr("set-1.tar.gz, set-2.tar.gz"));
  write_file(folder / "own.txt", std::string_view("x"));
  EXPECT_EQ(FileTree(folder.path(), texts, "", "").root(), folder.path());
}

TEST(FileTree, MissingPathsAdviseToFetch) {
  EXPECT_THAT(error_of([] { FileTree("no/such", all, "", "cifar10"); }),
              testing::AllOf(HasSubstr("no/such: no such file or folder"), HasSubstr("`ganymede data fetch cifar10`")));
  EXPECT_THAT(error_of([] { FileTree("no/such", all, "", ""); }), testing::Not(HasSubstr("fetch")));
  const TemporaryFolder folder;
  write_file(folder / "x.bin", std::string_view("x"));
  EXPECT_THAT(error_of([&] { FileTree(folder / "x.bin", all, "", ""); }), HasSubstr("neither a folder nor an archive"));
}

TEST(FileTree, LinksThatGoInCirclesEnd) {
  const TemporaryFolder folder;
  write_folder(folder.path(), {{"a/1.txt", bytes_of("x")}});
  fs::create_directory_symlink(folder.path(), folder / "a/up");
  EXPECT_THAT(FileTree(folder.path(), texts, "", "").names(), ElementsAre("a/1.txt"));
}

TEST(FileTree, FoldersWithinFoldersEnd) {
  const TemporaryFolder folder;
  std::string deep = "d";
  for (int i = 0; i < 300; ++i) deep += "/d";
  write_folder(folder.path(), {{deep + "/a.txt", bytes_of("a")}});
  EXPECT_THAT(error_of([&] { FileTree(folder.path(), Wanted(all), "", ""); }), HasSubstr("more than 200 deep"));
}

TEST(FileTree, LinksToOtherFoldersAreFollowed) {
  const TemporaryFolder folder;
  write_folder(folder.path(), {{"a/1.txt", bytes_of("x")}});
  fs::create_directory_symlink("a", folder / "b");
  fs::create_symlink("nowhere.txt", folder / "a/2.txt");
  const FileTree tree(folder.path(), texts, "", "");
  EXPECT_THAT(tree.names(), ElementsAre("a/1.txt", "b/1.txt"));
  EXPECT_EQ(tree.lost_links(), 2u) << "once under each name of its folder";
}

TEST(FileTree, PhantomsAreNoFiles) {
  const TemporaryFolder folder;
  Members members = {{"a/1.txt", bytes_of("x")}, {"lost and found/1.txt", bytes_of("x")}};
  for (const char* phantom : {"@eaDir", "__MACOSX", ".git", "$RECYCLE.BIN", "System Volume Information", "lost+found",
                              ".ipynb_checkpoints", ".AppleDouble", "#recycle", "@Recycle", "__pycache__"}) {
    members[std::string(phantom) + "/1.txt"] = bytes_of("x");
    members["a/" + std::string(phantom) + "/2.txt"] = bytes_of("x");
  }
  write_folder(folder / "plain", members);
  write_archive(folder / "x.zip", members);
  EXPECT_THAT(FileTree(folder / "plain", texts, "", "").names(), ElementsAre("a/1.txt", "lost and found/1.txt"));
  EXPECT_EQ(read_all(FileTree(folder / "x.zip", texts, "", "")).size(), 2u);
}

TEST(FileTree, TheFingerprintFollowsTheFiles) {
  const TemporaryFolder folder;
  write_folder(folder.path(), {{"a.txt", bytes_of("x")}, {"b.txt", bytes_of("y")}});
  const auto print = [&] { return FileTree(folder.path(), texts, "", "").fingerprint(); };
  const std::string before = print();
  EXPECT_EQ(print(), before);
  write_file(folder / "b.txt", std::string_view("yy"));
  const std::string longer = print();
  EXPECT_NE(longer, before);
  fs::last_write_time(folder / "b.txt", fs::file_time_type::clock::now() - std::chrono::hours(1));
  EXPECT_NE(print(), longer);
}

}  // namespace
}  // namespace ganymede::data
