#include "ganymede/quality/feature_protocol.h"

#include "ganymede/core/generators.h"
#include "ganymede/quality/linear_svm.h"
#include "quality/fixtures.h"
#include "support/support.h"

namespace ganymede::quality {
namespace {

using namespace test;
using testing::HasSubstr;

TEST(Svm, SeparatesWhatALineSeparates) {
  const Tensor x = at::empty({300, 2}).normal_(0, 1, cpu_generator(3));
  std::vector<int> labels;
  for (std::int64_t i = 0; i < 300; ++i) labels.push_back(x[i][0].item<float>() > 3 * x[i][1].item<float>() + 1 ? 1 : 0);
  const SvmProblem rows(x, labels);
  EXPECT_GT(LinearSvm(rows, 100).accuracy(rows), 0.98);
  const LinearSvm before(rows, 1e-4);
  EXPECT_LT(before.accuracy(rows), LinearSvm(rows, 100).accuracy(rows));
  EXPECT_EQ(LinearSvm(rows, 100, &before).accuracy(rows), LinearSvm(rows, 100).accuracy(rows)) << "one optimum, wherever begun";
  std::vector<int> turned = labels;
  for (int& label : turned) label = 1 - label;
  EXPECT_LT(LinearSvm(rows, 100).accuracy(SvmProblem(x, turned)), 0.02);
  EXPECT_THAT(error_of([&] { LinearSvm one(SvmProblem(x, std::vector<int>(300, 2)), 1); }), HasSubstr("two classes"));
  EXPECT_THAT(error_of([&] { SvmProblem(at::full({2, 2}, std::nan("")), {0, 1}); }), HasSubstr("not a finite number"));
}

TEST(FeatureProtocols, FindWhatIsThereToFind) {
  const auto training = shapes_set(400), other = shapes_set(200, {}, "test");
  const Embedding pixels = pixel_embedding();
  const auto few = judge_features(*training, *other, pixels, {.labels = 50, .draws = 2});
  const auto all = judge_features(*training, *other, pixels, {});
  EXPECT_EQ(few.labels, 50u);
  EXPECT_EQ(few.validation_images, 80u);
  EXPECT_EQ(all.labels, 400u);
  EXPECT_EQ(few.costs.size(), 2u);
  EXPECT_GT(few.accuracy.deviation, 0);
  EXPECT_GT(all.accuracy.mean, few.accuracy.mean);
  EXPECT_THAT(error_of([&] { judge_features(*noise_images(50, 8, 3, 1), *other, pixels, {}); }), HasSubstr("no labels to learn"));
  EXPECT_THAT(error_of([&] { judge_features(*training, *other, pixels, {.labels = 5000}); }), HasSubstr("not 500 labelled images of each"));
}

}  // namespace
}  // namespace ganymede::quality
