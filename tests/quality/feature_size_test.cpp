// The size of a feature network's images: from its file, from a flag, or found where real labelled images are named
// best.
#include "ganymede/quality/feature_size.h"

#include <fstream>

#include "ganymede/quality/evaluator.h"
#include "ganymede/quality/images.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

/// Names the lighter of two stripes, each 12 pixels wide: the halves of halves() at 24 pixels, and of 64 only the left.
constexpr const char* kKnowsHalves = R"(
def forward(self, x):
    y = x.float()
    left = y[:, :, :, :12].mean([1, 2, 3])
    right = y[:, :, :, 12:24].mean([1, 2, 3])
    f = torch.stack([left, right, y.mean([1, 2, 3])], 1)
    return (f, f[:, :2])
)";

/// Images of `size` pixels: the left half light (class 0), or the right one.
std::shared_ptr<const data::Dataset> halves(int size, std::size_t count = 200) {
  data::Images images{size, size, 3, {}, {}, {}, {}};
  Random random(1);
  for (std::size_t i = 0; i < count; ++i) {
    const int label = static_cast<int>(i % 2);
    images.labels.push_back(label);
    for (int k = 0; k < size * size; ++k) {
      const bool light = (k % size < size / 2) == (label == 0);
      for (int c = 0; c < 3; ++c)
        images.pixels.push_back(static_cast<std::uint8_t>((light ? 180 : 60) + random.below(20)));
    }
  }
  data::DatasetInfo info;
  info.name = "halves";
  info.classes = {"left", "right"};
  return data::in_memory(info, std::move(images));
}

std::shared_ptr<const FeatureExtractor> script(const TemporaryFolder& folder, const char* source = kKnowsHalves) {
  return torchscript_extractor(write_script(folder / "net.pt", source));
}

TEST(FeatureSize, IsFoundWhereRealLabelledImagesAreNamedBest) {
  const TemporaryFolder folder;
  const auto set = halves(64);
  const auto network = at_its_size(script(folder), set.get());
  EXPECT_EQ(network->info().size, 24);
  EXPECT_THAT(network->info().size_from, HasSubstr("on 200 labelled real images its accuracy is 100.0 % at 24x24"));
  EXPECT_EQ(network->extract(read_images(*set, 0, 3), false).features.sizes(), (std::vector<std::int64_t>{3, 3}));
}

TEST(FeatureSize, LeavesImagesOfTheRightSizeAsTheyAre) {
  const TemporaryFolder folder;
  const auto set = halves(24);
  const auto plain = script(folder), network = at_its_size(plain, set.get());
  EXPECT_EQ(network->info().size, 24);
  const Tensor images = read_images(*set, 0, 20);
  EXPECT_TRUE(at::equal(network->extract(images, false).features, plain->extract(images, false).features));
}

TEST(FeatureSize, IsAsked) {
  const TemporaryFolder folder;
  const auto set = halves(64);
  const auto network = at_its_size(script(folder), set.get(), 16);
  EXPECT_EQ(network->info().size, 16);
  EXPECT_EQ(network->info().size_from, "--feature-size");
}

TEST(FeatureSize, IsReadFromTheFile) {
  const TemporaryFolder folder;
  torch::jit::Module module("m");
  module.define(kKnowsHalves);
  module.save((folder / "said.pt").string(),
              {{"metadata.json", R"({"input_size": 12, "classes": ["left", "right"], "accuracy": 0.9})"}});
  const std::shared_ptr<const FeatureExtractor> said = torchscript_extractor(folder / "said.pt");
  EXPECT_EQ(said->info().size, 12);
  EXPECT_EQ(said->info().classes, (std::vector<std::string>{"left", "right"}));
  EXPECT_EQ(said->info().published, 0.9);
  EXPECT_EQ(at_its_size(said, nullptr)->info().size, 12);

  torch::jit::Module attributed("m");
  attributed.register_attribute("image_size", c10::IntType::get(), 20);
  attributed.define(kKnowsHalves);
  attributed.save((folder / "attributed.pt").string());
  EXPECT_EQ(torchscript_extractor(folder / "attributed.pt")->info().size, 20);

  for (const char* bad : {"{", "[]", R"({"input_size": -1})", R"({"input_size": "32"})", R"({"input_size": 99999})"}) {
    module.save((folder / "bad.pt").string(), {{"metadata.json", bad}});
    EXPECT_EQ(torchscript_extractor(folder / "bad.pt")->info().size, 0) << bad;
  }
}

TEST(FeatureSize, IsNotKnownWithoutLabelsOrOfOtherClasses) {
  const TemporaryFolder folder;
  EXPECT_EQ(at_its_size(script(folder), noise_images(20, 16, 3, 1).get())->info().size, 0);
  const auto shapes = shapes_set(60, {"circle", "star", "ring"});
  EXPECT_EQ(at_its_size(script(folder), shapes.get())->info().size, 0) << "two logits, three classes";
  EXPECT_EQ(at_its_size(nullptr, nullptr), nullptr);
}

/// Knows nothing, and counts the images it was shown.
class Blind : public FeatureExtractor {
 public:
  Blind() { info_.name = "blind"; }
  const ExtractorInfo& info() const override { return info_; }
  Extracted extract(const Tensor& images, bool) const override {
    shown += images.size(0);
    const Tensor same = at::eye(10).slice(0, 0, 1).expand({images.size(0), 10});
    return {same, same};
  }
  mutable std::int64_t shown = 0;

 private:
  ExtractorInfo info_;
};

TEST(FeatureSize, FewLargeImagesAreLookedAtWhereNothingIsKnown) {
  const auto blind = std::make_shared<Blind>();
  data::Images images{8, 8, 3, std::vector<std::uint8_t>(1000 * 8 * 8 * 3), {}, {}, {}};
  Random random(1);
  for (int i = 0; i < 1000; ++i) images.labels.push_back(static_cast<int>(random.below(10)));
  data::DatasetInfo info;
  info.classes = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  const auto set = data::in_memory(info, std::move(images));  // 500 are tried, all of them at their own size alone
  EXPECT_EQ(at_its_size(blind, set.get())->info().size, 0);
  EXPECT_GE(blind->shown, 500);
  EXPECT_LE(blind->shown, 500 + 50 * static_cast<std::int64_t>(1 + std::size(kTriedSizes)));
}

TEST(FeatureSize, ANetworkThatResizesItselfIsLeftAlone) {
  const TemporaryFolder folder;
  const auto network = script(folder, R"(
def forward(self, img, return_features: bool = False, no_output_bias: bool = False):
    return img.float().flatten(2).mean(2)
)");
  EXPECT_EQ(at_its_size(network, nullptr), network);
  EXPECT_THAT(error_of([&] { at_its_size(network, nullptr, 32); }), HasSubstr("by itself"));
}

TEST(FeatureSize, TheAccuracyOnRealImagesStandsBesideTheMetrics) {
  const TemporaryFolder folder;
  const auto set = halves(64);
  const EvaluatorOptions options{.metrics = {Metric::kFid}, .progress = false};
  const auto found = at_its_size(script(folder), set.get());
  Evaluator evaluator({"a", set}, found, options);
  EXPECT_EQ(evaluator.evaluate({"b", set}).class_accuracy, 1);
  EXPECT_EQ(evaluator.accuracy_on_real(), 1);

  // Both stripes lie in the left half of images of 64 pixels: the classes are guessed.
  Evaluator blind({"a", set}, at_its_size(script(folder), set.get(), 64), options);
  EXPECT_FALSE(blind.evaluate({"b", set}).class_accuracy);
  EXPECT_NEAR(blind.accuracy_on_real().value(), 0.5, 0.15);
}

TEST(FeatureSize, ClassesMustBeTheSame) {
  EXPECT_TRUE(may_stand_for({}, 2, {"a", "b"}));
  EXPECT_FALSE(may_stand_for({}, 3, {"a", "b"}));
  ExtractorInfo named;
  named.classes = {"b", "a"};
  EXPECT_FALSE(may_stand_for(named, 2, {"a", "b"}));
  EXPECT_EQ(share_named(torch::tensor({{0.0, 1.0}, {1.0, 0.0}, {1.0, 0.0}}), {1, 0, 1}), 2.0 / 3);
  EXPECT_EQ(share_named(torch::tensor({{0.0, 1.0}}), {-1}), std::nullopt);
}

}  // namespace
}  // namespace ganymede::quality
