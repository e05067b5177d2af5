#include "ganymede/data/exclude.h"

#include "data/fixtures.h"
#include "ganymede/data/decorators.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::Contains;
using testing::HasSubstr;

class Exclude : public testing::Test {
 protected:
  std::string write(const std::string& text) {
    write_file(folder_ / "list.txt", std::string_view(text));
    return (folder_ / "list.txt").string();
  }
  std::vector<std::string> keys_of(const Dataset& set) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < set.size(); ++i) keys.push_back(set.key(i));
    return keys;
  }

  TemporaryFolder folder_;
  Environment cache_{"XDG_CACHE_HOME", folder_ / "cache"};
};

TEST_F(Exclude, ListsAreReadBack) {
  const auto key = [](std::size_t i) { return "name " + std::to_string(i); };
  std::vector<std::string> notes;
  const auto path = write(exclude_list("two of them", "", {"name 1", "name 3", "name 9"}) + "name 0\r\n\n# name 2\n");
  EXPECT_EQ(left_out_by(path, 4, key, "", notes), (std::vector<bool>{true, true, false, true}));
  EXPECT_THAT(notes, testing::ElementsAre("3 images are left out by list.txt, which names 1 more that is not here"));
  EXPECT_THAT(error_of([&] { left_out_by(folder_ / "none", 4, key, "", notes); }), HasSubstr("none"));
}

TEST_F(Exclude, NumbersBelongToOneSet) {
  DatasetOptions options;
  options.name = "shapes";
  options.count = 30;
  const auto whole = open_dataset(options);
  options.exclude = write(exclude_list("some", whole->info().checksum, {"0", "7", "29"}));
  const auto set = open_dataset(options);
  EXPECT_EQ(set->size(), 27u);
  EXPECT_EQ(set->key(0), "1");
  EXPECT_EQ(pixels_of(*set, 6), pixels_of(*whole, 8));
  EXPECT_EQ(set->label(6), 8);
  EXPECT_THAT(set->info().notes, Contains("3 images are left out by list.txt"));
  options.classes = {"star", "circle"};
  EXPECT_EQ(keys_of(*open_dataset(options)), (std::vector<std::string>{"10", "17", "20", "27"}));
  options.seed = 1;
  EXPECT_THAT(error_of([&] { open_dataset(options); }), HasSubstr("made for other data"));
  EXPECT_THROW(open_dataset(options), UsageError);
}

TEST_F(Exclude, NamesOfFilesServeWhateverElseIsChosen) {
  Members members;
  for (int i = 0; i < 6; ++i) {
    const auto name = std::string(i % 2 == 0 ? "even/" : "odd/") + std::to_string(i) + ".png";
    members[name] = png(8, 8, {static_cast<std::uint8_t>(i)});
  }
  write_folder(folder_ / "set", members);
  DatasetOptions options;
  options.name = "folder";
  options.path = folder_ / "set";
  options.size = 4;
  EXPECT_EQ(open_dataset(options)->key(1), "even/2.png");
  options.exclude = write("even/2.png\nodd/1.png\n");
  EXPECT_EQ(keys_of(*open_dataset(options)),
            (std::vector<std::string>{"even/0.png", "even/4.png", "odd/3.png", "odd/5.png"}));
  options.classes = {"odd"};
  options.count = 1;
  EXPECT_EQ(keys_of(*open_dataset(options)), (std::vector<std::string>{"odd/3.png"}));
  options.size = 4096;  // 67 MB an image: decoded at each read
  EXPECT_EQ(open_dataset(options)->key(0), "odd/3.png");
  options.exclude = write("even/0.png\neven/2.png\neven/4.png\nodd/1.png\nodd/3.png\nodd/5.png\n");
  EXPECT_THAT(error_of([&] { open_dataset(options); }), HasSubstr("no image is left"));
}

TEST_F(Exclude, KeysSurviveResizing) {
  Members members = {{"b.png", png(8, 8, {1})}, {"a.png", png(8, 8, {2})}};
  write_folder(folder_ / "set", members);
  DatasetOptions options;
  options.name = "folder";
  options.path = folder_ / "set";
  const auto set = open_dataset(options);
  EXPECT_EQ(resized(set, 4, 3)->key(0), "a.png");
  const auto some = subset(numbered(10), {{3, 5}, {0, 0}, {"x"}, {}});
  EXPECT_EQ(resized(some, 1, 1)->key(1), "5") << "numbers are those of the source";
  EXPECT_EQ(numbered(10)->key(4), "4");
}

}  // namespace
}  // namespace ganymede::data
