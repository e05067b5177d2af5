// The built-in classifier of a data set: trained once, kept, and made anew where its file is damaged.
#include "ganymede/train/dataset_classifier.h"

#include <cstdlib>
#include <fstream>

#include "nn/kernels/checks.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

namespace fs = std::filesystem;

/// The cache folder is `path` within the scope.
class CacheAt {
 public:
  explicit CacheAt(const fs::path& path) {
    if (const char* before = std::getenv("XDG_CACHE_HOME")) before_ = before;
    ::setenv("XDG_CACHE_HOME", path.c_str(), 1);
  }
  ~CacheAt() {
    if (before_)
      ::setenv("XDG_CACHE_HOME", before_->c_str(), 1);
    else
      ::unsetenv("XDG_CACHE_HOME");
  }
  CacheAt(const CacheAt&) = delete;
  CacheAt& operator=(const CacheAt&) = delete;

 private:
  std::optional<std::string> before_;
};

bool same_network(const DatasetClassifier& a, const DatasetClassifier& b) {
  const auto x = a.network.state(), y = b.network.state();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const auto& p, const auto& q) { return test::same(p.tensor, q.tensor); });
}

TEST(DatasetClassifier, IsTrainedOnceAndKept) {
  const test::TemporaryFolder cache;
  const CacheAt here(cache.path());
  config::DataConfig shapes;
  shapes.name = "shapes";
  shapes.count = 600;
  const auto first = classifier_of(shapes, {3, 16, 16});
  EXPECT_EQ(first.classes.size(), 10u);
  EXPECT_EQ(first.accuracy.of, "test split");
  EXPECT_GT(first.accuracy.share, 0.3) << "chance is 0.1";
  const fs::path file = cache / "ganymede" / "classifiers" / (first.name + ".safetensors");
  ASSERT_TRUE(fs::exists(file));
  const auto written = fs::last_write_time(file);
  const auto second = classifier_of(shapes, {3, 16, 16});
  EXPECT_TRUE(same_network(first, second));
  EXPECT_EQ(second.accuracy.share, first.accuracy.share);
  EXPECT_EQ(fs::last_write_time(file), written);

  std::ofstream(file, std::ios::binary | std::ios::trunc) << "damaged";
  EXPECT_TRUE(same_network(first, classifier_of(shapes, {3, 16, 16})));
  EXPECT_GT(fs::file_size(file), 1000u) << "kept again";
  EXPECT_NE(classifier_of(shapes, {1, 16, 16}).name, first.name);
}

TEST(DatasetClassifier, HalvesRectanglesWhileBothSidesAreEven) {
  const auto network = models::Network::outline(classifier_layers({3, 16, 22}, 10), {3, 16, 22});
  EXPECT_EQ(network.output_shape(), (nn::Shape{10}));
}

TEST(DatasetClassifier, NeedsLabels) {
  config::DataConfig one;
  one.name = "shapes";
  one.classes = {"circle"};
  EXPECT_THAT(test::error_of([&] { classifier_of(one, {3, 16, 16}); }),
              ::testing::HasSubstr("no labels for a classifier"));
}

}  // namespace
}  // namespace ganymede::train
