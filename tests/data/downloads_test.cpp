#include <set>

#include "data/fixtures.h"
#include "ganymede/data/fetch.h"
#include "ganymede/data/published.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {
namespace {

using namespace ganymede::test;
using testing::HasSubstr;

TEST(Downloads, EverySourceWithFilesHasThem) {
  const std::set<std::string> of_ones_own = {"arrays", "celeba", "folder", "imagenet", "lsun", "mnistm", "packed"};
  for (const auto& name : dataset_names()) {
    const auto& source = source_named(name);
    if (source.built_in || of_ones_own.contains(source.name)) {
      EXPECT_THROW(downloads_of(source.name, {}, "x"), UsageError);
      continue;
    }
    for (const auto& download : downloads_of(source.name, {}, "x")) {
      EXPECT_THAT(download.url, testing::StartsWith("http"));
      EXPECT_EQ(download.checksum.size(), 32u);
      EXPECT_EQ(download.target.parent_path(), "x");
    }
  }
}

TEST(Downloads, SplitsAndMirrors) {
  EXPECT_EQ(downloads_of("svhn", {}, "x").size(), 2u);
  EXPECT_EQ(downloads_of("svhn", {"extra"}, "x").size(), 1u);
  EXPECT_EQ(downloads_of("mnist", {"test"}, "x").size(), 2u);
  EXPECT_EQ(downloads_of("cifar10", {"test"}, "x", "http://mirror/a").at(0).url,
            "http://mirror/a/cifar-10-binary.tar.gz");
  EXPECT_THAT(error_of([] { downloads_of("svhn", {"tset"}, "x"); }), HasSubstr("did you mean 'test'?"));
}

TEST(Downloads, TheNetworkOfFidIsOneToo) {
  const auto files = downloads_of(kInception, {}, "x");
  ASSERT_EQ(files.size(), 1u);
  EXPECT_THAT(files[0].url, testing::EndsWith("/inception-2015-12-05.pt"));
  EXPECT_EQ(files[0].algorithm, "sha256");
  EXPECT_EQ(files[0].checksum, kInceptionSha256);
  EXPECT_THAT(error_of([] { downloads_of(kInception, {"train"}, "x"); }), HasSubstr("it has none"));
}

TEST(ContentCheck, NamesOnlyWhatDiffers) {
  ContentCheck check("mnist");
  check.add("unknown", bytes_of("x"));
  EXPECT_EQ(check.note(), "");
  check.add_md5("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637");
  EXPECT_EQ(check.note(), "");
  check.add("t10k-images-idx3-ubyte", bytes_of("x"));
  EXPECT_EQ(check.note(), "checksum differs from the published one: t10k-images-idx3-ubyte");
}

}  // namespace
}  // namespace ganymede::data
