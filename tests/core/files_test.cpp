#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "ganymede/core/upkeep.h"
#include "support/support.h"

namespace ganymede {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using ::testing::HasSubstr;

std::string text_of(const fs::path& path) {
  const Bytes bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

TEST(WriteFile, CreatesFoldersAndReplacesWhole) {
  const TemporaryFolder folder;
  const fs::path path = folder / "a/b/c.txt";
  write_file(path, std::string_view("first, a long text"));
  EXPECT_EQ(text_of(path), "first, a long text");
  write_file(path, std::string_view("second"));
  EXPECT_EQ(text_of(path), "second");
  EXPECT_EQ(files_in(path.parent_path()), 1u) << "nothing is left beside it";
}

TEST(WriteFile, ProducesInPieces) {
  const TemporaryFolder folder;
  const Bytes piece(1000, 7);
  write_file_in_pieces(folder / "pieces", [&](const PieceSink& sink) {
    for (int i = 0; i < 300; ++i) sink(piece);
  });
  EXPECT_EQ(read_file(folder / "pieces"), Bytes(300'000, 7));
}

TEST(WriteFile, KeepsTheOldFileWhenTheProducerFails) {
  const TemporaryFolder folder;
  write_file(folder / "model", std::string_view("good"));
  EXPECT_EQ(error_of([&] {
              write_file_in_pieces(folder / "model", [](const PieceSink& sink) {
                sink(Bytes(100'000, 1));
                throw Error("half way");
              });
            }),
            "half way");
  EXPECT_EQ(text_of(folder / "model"), "good");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

/// Runs `action` in a process of its own whose files may not grow beyond `bytes`; its exit code.
int with_file_limit(rlim_t bytes, const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails instead of killing
    ::_exit(action());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(WriteFile, KeepsTheOldFileWhenThereIsNoRoom) {
  const TemporaryFolder folder;
  const fs::path path = folder / "model";
  write_file(path, std::string_view("good"));
  const int code = with_file_limit(10'000, [&] {
    try {
      write_file(path, Bytes(100'000, 1));
    } catch (const Error& error) {
      return std::string(error.what()).find(path.string()) != std::string::npos ? 7 : 8;
    }
    return 9;
  });
  EXPECT_EQ(code, 7) << "an Error that names the file";
  EXPECT_EQ(text_of(path), "good");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(WriteFile, SaysWhereItMayNotWrite) {
  const TemporaryFolder folder;
  write_file(folder / "file", std::string_view("x"));
  EXPECT_THAT(error_of([&] { write_file(folder / "file/below", std::string_view("y")); }),
              HasSubstr("cannot create the folder"));
  fs::create_directory(folder / "taken");
  EXPECT_THAT(error_of([&] { write_file(folder / "taken", std::string_view("y")); }), HasSubstr("taken"));
  EXPECT_EQ(files_in(folder.path()), 2u);
}

TEST(ReadFile, RefusesWhatIsMissingOrTooLargeOrNoFile) {
  const TemporaryFolder folder;
  write_file(folder / "ten", Bytes(10, 1));
  EXPECT_EQ(read_file(folder / "ten", 10).size(), 10u);
  EXPECT_THAT(error_of([&] { read_file(folder / "ten", 9); }), HasSubstr("10 bytes is above the limit of 9"));
  EXPECT_THAT(error_of([&] { read_file(folder / "none"); }), HasSubstr("check the path"));
  EXPECT_THAT(error_of([&] { read_file(folder.path()); }), HasSubstr("found a folder"));
}

TEST(ReadFile, WaitsForNoPipe) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0644), 0);
  EXPECT_THAT(error_of([&] { read_file(folder / "pipe"); }), HasSubstr("found a pipe"));
  EXPECT_THAT(error_of([&] { read_file("/dev/zero"); }), HasSubstr("device"));
}

TEST(Leftovers, GoWhereTheirWriterIsGone) {
  const TemporaryFolder folder;
  write_file(folder / "below/model", std::string_view("good"));
  write_file(folder / "below/model.tmp-1", std::string_view("half"));  // process 1 lives, and writes none of this
  write_file(folder / "real.png.tmp-999999", std::string_view("half"));
  write_file(folder / "notes.tmp-x", std::string_view("mine"));
  write_file_in_pieces(folder / "now", [&](const PieceSink& sink) {
    sink(Bytes(10, 1));
    remove_leftovers(folder.path());
    EXPECT_EQ(files_in(folder.path()), 3u) << "the folder below, the notes, and what is being written";
  });
  EXPECT_EQ(text_of(folder / "below/model"), "good");
  EXPECT_FALSE(fs::exists(folder / "below/model.tmp-1"));
  EXPECT_TRUE(fs::exists(folder / "now") && fs::exists(folder / "notes.tmp-x"));
}

TEST(Leftovers, GoWithAProcessThatASignalEnds) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    write_file_in_pieces(folder / "model", [](const PieceSink& sink) {
      sink(Bytes(10, 1));
      remove_pending_files();
      ::_exit(0);
    });
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(files_in(folder.path()), 0u);
}

TEST(AppendFile, GoesOnWhereItIsTold) {
  const TemporaryFolder folder;
  const fs::path path = folder / "log/table.csv";
  {
    AppendFile file(path, 0);
    file.append("one\n");
    file.append("two\n");
    file.append("thr");
    EXPECT_EQ(file.size(), 11u);
  }
  {
    AppendFile file(path, 8);
    EXPECT_EQ(file.size(), 8u);
    file.append("three\n");
    file.sync();
  }
  EXPECT_EQ(text_of(path), "one\ntwo\nthree\n");
  {
    AppendFile file(path, 1'000'000);
  }
  EXPECT_EQ(text_of(path), "one\ntwo\nthree\n") << "keeping more than there is keeps all";
  {
    AppendFile file(path, 0);
  }
  EXPECT_EQ(text_of(path), "");
}

TEST(FolderLock, HoldsAFolderForOneOwner) {
  const TemporaryFolder folder;
  {
    const FolderLock lock(folder / "run");
    const std::string error = error_of([&] { const FolderLock second(folder / "run"); });
    EXPECT_THAT(error, HasSubstr("another process (" + std::to_string(::getpid()) + ")"));
    EXPECT_THAT(error, HasSubstr((folder / "run").string()));
    const FolderLock other(folder / "another");
  }
  const FolderLock again(folder / "run");
}

TEST(FolderLock, IsNoPipeAndNoLink) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "pipe");
  ASSERT_EQ(::mkfifo((folder / "pipe/.lock").c_str(), 0644), 0);
  EXPECT_FALSE(is_locked(folder / "pipe"));
  const FolderLock held(folder / "held");
  fs::create_directories(folder / "link");
  fs::create_symlink(folder / "held/.lock", folder / "link/.lock");
  EXPECT_TRUE(is_locked(folder / "held"));
  EXPECT_FALSE(is_locked(folder / "link"));
}

TEST(FolderLock, EndsWithItsProcess) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto* lock = new FolderLock(folder.path());  // never released: the process ends holding it
    ::_exit(lock == nullptr);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_NO_THROW(FolderLock{folder.path()});
}

}  // namespace
}  // namespace ganymede
