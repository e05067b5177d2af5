#include "ganymede/data/prepared.h"

#include "data/fixtures.h"
#include "ganymede/data/cache.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::HasSubstr;
namespace fs = std::filesystem;

class PreparedData : public testing::Test {
 protected:
  PreparedData() {
    for (int i = 0; i < 6; ++i) add(i, {static_cast<std::uint8_t>(10 * i), 0, 99});
    options_.name = "folder";
    options_.path = folder_ / "set";
    options_.size = 8;
  }
  void add(int number, std::vector<std::uint8_t> colour) {
    write_folder(folder_ / "set", {{(number % 2 == 0 ? "even/" : "odd/") + std::to_string(number) + ".png",
                                    png(12, 10, std::move(colour))}});
  }
  /// Makes the images unreadable without a trace: only what is prepared can still give them.
  void hide_images() {
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "set")) {
      if (!entry.is_regular_file()) continue;
      const auto time = entry.last_write_time();
      write_file(entry.path(), Bytes(entry.file_size()));
      fs::last_write_time(entry.path(), time);
    }
    for (const auto& entry : fs::directory_iterator(cache_folder())) {
      if (entry.path().extension() == ".pixels") fs::remove(entry.path());
    }
  }
  std::vector<std::vector<std::uint8_t>> all(const Dataset& set) {
    std::vector<std::vector<std::uint8_t>> found;
    for (std::size_t i = 0; i < set.size(); ++i) found.push_back(pixels_of(set, i));
    return found;
  }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
  DatasetOptions options_;
};

TEST_F(PreparedData, IsUsedByItself) {
  const auto before = open_dataset(options_);
  const auto pixels = all(*before);
  const Preparation done = prepare(options_);
  EXPECT_TRUE(done.fresh);
  EXPECT_EQ(done.images, 6u);
  EXPECT_EQ(done.bytes, fs::file_size(done.file));
  hide_images();
  const auto after = open_dataset(options_);
  EXPECT_EQ(all(*after), pixels);
  EXPECT_EQ(after->info().name, "folder");
  EXPECT_EQ(after->info().path, before->info().path);
  EXPECT_EQ(after->info().checksum, before->info().checksum);
  EXPECT_EQ(after->info().classes, before->info().classes);
  EXPECT_EQ(after->label(5), before->label(5));
  options_.channels = 3;
  EXPECT_EQ(all(*open_dataset(options_)), pixels) << "training names the channels";
}

TEST_F(PreparedData, OtherOptionsAreOtherData) {
  prepare(options_);
  hide_images();
  for (const auto& change : std::vector<void (*)(DatasetOptions&)>{
           [](DatasetOptions& o) { o.size = 4; }, [](DatasetOptions& o) { o.channels = 1; },
           [](DatasetOptions& o) { o.classes = {"odd"}; }, [](DatasetOptions& o) { o.count = 2; },
           [](DatasetOptions& o) { o.path /= "even"; }}) {
    DatasetOptions other = options_;
    change(other);
    EXPECT_THAT(error_of([&] { open_dataset(other); }), HasSubstr(".png")) << "this must come from the images";
  }
}

TEST_F(PreparedData, ChannelsAskedForAreNotTheSourcesOwn) {
  options_.channels = 1;
  prepare(options_);
  options_.channels = 0;
  EXPECT_EQ(open_dataset(options_)->info().channels, 3);
}

TEST_F(PreparedData, IsMadeAnewWhenTheFilesChange) {
  const Preparation first = prepare(options_);
  add(6, {1, 2, 3});
  EXPECT_EQ(open_dataset(options_)->size(), 7u);
  const auto pixels = all(*open_dataset(options_));
  hide_images();
  EXPECT_EQ(all(*open_dataset(options_)), pixels) << "it was written again";
  add(6, {3, 2, 1});
  fs::last_write_time(folder_ / "set/even/6.png", fs::file_time_type::clock::now() + std::chrono::seconds(2));
  EXPECT_THAT(error_of([&] { open_dataset(options_); }), HasSubstr(".png")) << "a change of time alone is noticed";
  EXPECT_TRUE(fs::exists(first.file)) << "and what was there stays until there is something better";
}

TEST_F(PreparedData, PreparingTwiceDoesNothing) {
  const Preparation first = prepare(options_), second = prepare(options_);
  EXPECT_TRUE(first.fresh);
  EXPECT_FALSE(second.fresh);
  EXPECT_EQ(first.file, second.file);
  EXPECT_EQ(second.images, 6u);
  Bytes bytes = read_file(first.file);
  bytes[5000] ^= 1;
  write_file(first.file, bytes);
  EXPECT_TRUE(prepare(options_).fresh) << "all of it is checked";
  EXPECT_FALSE(prepare(options_).fresh);
}

TEST_F(PreparedData, ADamagedHeadIsMadeAnew) {
  const Preparation done = prepare(options_);
  const auto pixels = all(*open_dataset(options_));
  const Bytes whole = read_file(done.file);
  write_file(done.file, std::span(whole).first(whole.size() / 2));
  EXPECT_EQ(all(*open_dataset(options_)), pixels);
  EXPECT_EQ(read_file(done.file), whole);
}

TEST_F(PreparedData, DamageThatShowsWhileReadingSendsToTheSource) {
  const Preparation done = prepare(options_);
  const auto pixels = all(*open_dataset(options_));
  Bytes bytes = read_file(done.file);
  bytes[4096 + 300] ^= 1;
  write_file(done.file, bytes);
  EXPECT_EQ(all(*open_dataset(options_)), pixels);
  EXPECT_FALSE(fs::exists(done.file));
}

TEST_F(PreparedData, AFileOfOnesOwnNeedsNoSource) {
  const auto pixels = all(*open_dataset(options_));
  prepare(options_, folder_ / "mine.packed");
  fs::remove_all(folder_ / "set");
  DatasetOptions packed;
  packed.name = "packed";
  packed.path = folder_ / "mine.packed";
  EXPECT_EQ(all(*open_dataset(packed)), pixels);
  EXPECT_THROW(prepare(packed), UsageError);
  packed.size = 4;
  EXPECT_EQ(prepare(packed, folder_ / "smaller.packed").images, 6u);
}

TEST_F(PreparedData, EverySourceWithFilesCanBePrepared) {
  write_archive(folder_ / "cifar-10-binary.tar.gz", cifar10_members());
  DatasetOptions options;
  options.name = "cifar10";
  options.path = folder_ / "cifar-10-binary.tar.gz";
  options.size = 16;
  const auto pixels = all(*open_dataset(options));
  EXPECT_THAT(prepare(options).file.string(), HasSubstr("16x16x3.packed"));
  EXPECT_EQ(all(*open_dataset(options)), pixels);
  options.name = "shapes";
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("built in"));
  options.name = "cifar10";
  options.path = folder_ / "nowhere";
  EXPECT_THAT(error_of([&] { prepare(options); }), HasSubstr("no such file or folder"));
}

}  // namespace
}  // namespace ganymede::data
