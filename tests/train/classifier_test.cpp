// Classifiers: they learn, and the same seed gives the same one.
#include "ganymede/train/classifier.h"

#include "ganymede/data/memory.h"
#include "nn/kernels/checks.h"
#include "support/recipes.h"
#include "support/support.h"

namespace ganymede::train {
namespace {

using ::testing::HasSubstr;

/// 60 grey images of 8x8 in three classes: a light column at the left, in the middle or at the right.
std::shared_ptr<const data::Dataset> columns(std::uint64_t seed) {
  data::Images images{8, 8, 1, {}, {}, {}, "none"};
  Random random(seed);
  for (int i = 0; i < 60; ++i) {
    images.labels.push_back(i % 3);
    for (int k = 0; k < 64; ++k)
      images.pixels.push_back(static_cast<std::uint8_t>((k % 8 / 3 == i % 3 ? 150 : 60) + random.below(90)));
  }
  data::DatasetInfo info;
  info.name = "columns";
  info.height = info.width = 8;
  info.channels = 1;
  info.classes = {"left", "middle", "right"};
  return data::in_memory(info, images);
}

config::NetworkConfig layers() {
  return with_class_logits(
      test::network_of("{ conv = 8, kernel = 4, stride = 2, padding = 1, bias = false }, \"batch_norm\", \"relu\""), 3,
      {1, 8, 8});
}

const ClassifierRun kRun{.training = {.epochs = 20, .batch_size = 10, .learning_rate = 0.01}, .seed = 1};

TEST(Classifier, LearnsAndRepeats) {
  const auto dataset = columns(1);
  ASSERT_EQ(layers().layers.back().kind, "dense");
  const auto network = train_classifier(layers(), dataset, kRun), again = train_classifier(layers(), dataset, kRun);
  EXPECT_GT(accuracy(network, *columns(2)), 0.95);
  const auto a = network.state(), b = again.state();
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(test::same(a[i].tensor, b[i].tensor)) << a[i].name;
  EXPECT_EQ(accuracy(network, *dataset), 1) << "of what it learnt from";
}

TEST(Classifier, IsNoBetterThanChanceUntrained) {
  auto run = kRun;
  run.training.learning_rate = 0;
  EXPECT_LT(accuracy(train_classifier(layers(), columns(1), run), *columns(2)), 0.7);
}

TEST(Classifier, RefusesWhatDoesNotFit) {
  const auto two = with_class_logits(test::network_of("\"relu\""), 2, {1, 8, 8});
  EXPECT_THAT(test::error_of([&] { train_classifier(two, columns(1), kRun); }),
              HasSubstr("knows 2 classes but the data has 3"));
  const auto network = train_classifier(layers(), columns(1), {.training = {.epochs = 0.1, .batch_size = 10}});
  data::Images colour{4, 4, 3, std::vector<std::uint8_t>(48), {0}, {}, "none"};
  data::DatasetInfo info;
  info.name = "colour";
  info.height = info.width = 4;
  info.channels = 3;
  info.classes = {"a", "b", "c"};
  EXPECT_THAT(test::error_of([&] { accuracy(network, *data::in_memory(info, colour)); }),
              HasSubstr("the data has 3x4x4"));
  info.classes.clear();
  EXPECT_THAT(test::error_of([&] { accuracy(network, *data::in_memory(info, colour)); }), HasSubstr("no labels"));
}

}  // namespace
}  // namespace ganymede::train
