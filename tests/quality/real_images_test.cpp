// The Frechet distance on real photographs: worse images are further away.
#include "ganymede/quality/features.h"
#include "ganymede/quality/frechet.h"
#include "ganymede/quality/images.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

constexpr std::int64_t kImages = 1000;

/// CIFAR-10's photographs and the stand-in for Inception; skips where they are not at hand.
class RealImages : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = test::real_data();
    if (!folder || !std::filesystem::exists(*folder / "features/resnet20-cifar10.pt")) {
      GTEST_SKIP() << "no real data: set GANYMEDE_DATA to its folder";
    }
    extractor_ = torchscript_extractor(*folder / "features/resnet20-cifar10.pt");
    data_ = *folder / "cifar10";
  }

  std::shared_ptr<const data::Dataset> photographs(const std::string& split, std::size_t count,
                                                   const std::vector<std::string>& classes = {}) const {
    data::DatasetOptions options;
    options.name = "cifar10";
    options.path = data_;
    options.splits = {split};
    options.count = count;
    options.classes = classes;
    return data::open_dataset(options);
  }

  Moments moments_of_images(const Tensor& images) const {
    Moments out;
    for (const auto& part : images.split(100)) out.add(extractor_->extract(part, false).features);
    return out;
  }

  double distance(const Tensor& images) {
    static const Moments real = [this] {  // the same for all tests
      const auto set = photographs("train", 2 * kImages);
      return moments_of_images(read_images(*set, 0, set->size()));
    }();
    return frechet_distance(real, moments_of_images(images));
  }

  Tensor test_images(const std::vector<std::string>& classes = {}) const {
    return read_images(*photographs("test", kImages, classes), 0, static_cast<std::size_t>(kImages));
  }

  /// The test images' as they are: the same for all tests.
  double distance_as_they_are() {
    static const double distance_of_all = distance(test_images());
    return distance_of_all;
  }

  std::unique_ptr<FeatureExtractor> extractor_;
  std::filesystem::path data_;
};

Tensor blurred(const Tensor& images, std::int64_t width) {
  return at::avg_pool2d(images.to(at::kFloat), {width, width}, {1, 1}, {width / 2, width / 2}, false, false)
      .round()
      .to(at::kByte);
}

Tensor noisy(const Tensor& images, double deviation) {
  const auto generator = at::detail::createCPUGenerator(1);
  return (images.to(at::kFloat) + deviation * at::randn(images.sizes(), generator, at::kFloat))
      .clamp(0, 255)
      .to(at::kByte);
}

TEST_F(RealImages, AgainstThemselvesAreNotApart) {
  const auto set = photographs("train", kImages);
  const auto moments = moments_of_images(read_images(*set, 0, set->size()));
  EXPECT_LT(std::abs(frechet_distance(moments, moments)), 1e-3);
}

TEST_F(RealImages, AreFurtherAwayTheMoreTheyAreBlurred) {
  const Tensor images = test_images();
  const double sharp = distance_as_they_are(), little = distance(blurred(images, 3)),
               much = distance(blurred(images, 5));
  EXPECT_LT(sharp, little);
  EXPECT_LT(little, much);
}

TEST_F(RealImages, AreFurtherAwayTheNoisierTheyAre) {
  const Tensor images = test_images();
  const double clean = distance_as_they_are(), little = distance(noisy(images, 10)), much = distance(noisy(images, 30));
  EXPECT_LT(clean, little);
  EXPECT_LT(little, much);
}

TEST_F(RealImages, AreFurtherAwayTheMoreClassesAreLeftOut) {
  const double all = distance_as_they_are();
  const double seven = distance(test_images({"airplane", "automobile", "bird", "cat", "deer", "dog", "frog"}));
  const double three = distance(test_images({"airplane", "automobile", "bird"}));
  EXPECT_LT(all, seven);
  EXPECT_LT(seven, three);
}

}  // namespace
}  // namespace ganymede::quality
