// Real and generated images go through the discriminator in one pass where that is the same as two.
#include <algorithm>

#include "ganymede/nn/registry.h"
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::nn {

/// The sizes of the batches that a "watched" layer saw in training, in turn.
std::vector<std::int64_t>& watched() {
  static std::vector<std::int64_t> batches;
  return batches;
}

namespace {

struct WatchedOptions {
  bool couples = false;
};

template <class V>
void visit_fields(V& field, WatchedOptions& o) {
  field("watched", o.couples);
}

class Watched : public Layer {
 public:
  explicit Watched(bool couples) : couples_(couples) {}
  Tensor forward(const Tensor& x, ForwardContext& context) override {
    if (context.training) watched().push_back(x.size(0));
    return x;
  }
  bool couples_images() const override { return couples_; }

 private:
  bool couples_;
};

class WatchedSpec : public SpecWith<WatchedOptions> {
 public:
  std::string kind() const override { return "watched"; }
  Shape output_shape(const Shape& input) const override { return input; }
  std::unique_ptr<Layer> make(const Shape&) const override { return std::make_unique<Watched>(options.couples); }
};

[[maybe_unused]] const bool kAdded = (config::add_kind<WatchedSpec>(layers(), "watched", "a layer of tests"), true);

}  // namespace
}  // namespace ganymede::nn

namespace ganymede::train {
namespace {

using namespace toy;

struct Step {
  std::vector<std::int64_t> batches;  ///< of the discriminator's passes: its update's, then the generator's
  StepResult result;
  std::vector<Tensor> gradients;  ///< of the discriminator's parameters
};

/// Of a trainer whose discriminator is these layers behind the watched one.
Step step_with(bool couples, const std::string& layers, std::vector<std::string> options) {
  const std::string discriminator = fmt::format("{{ watched = {} }}, {}", couples, layers);
  options.insert(options.begin(), {"train.precision=f32", "train.batch_size=8", "optimizer.discriminator.name=sgd",
                                   "optimizer.discriminator.learning_rate=1"});
  const bool classes = layers.find("classes") != std::string::npos ||
                       std::find(options.begin(), options.end(), kAcgan.front()) != options.end();
  Trainer trainer(test::recipe_of(classes ? kConditionalGenerator : kGenerator, discriminator, options),
                  light_and_dark(), torch::kCPU);
  const auto before = copies(trainer.gan().discriminator.parameters());
  nn::watched().clear();
  Step out;
  out.result = trainer.step(true);
  out.batches = nn::watched();
  const auto after = copies(trainer.gan().discriminator.parameters());
  for (std::size_t i = 0; i < before.size(); ++i) out.gradients.push_back(before[i] - after[i]);
  return out;
}

void expect_close(const Tensor& a, const Tensor& b, const char* what) {
  ASSERT_EQ(a.defined(), b.defined()) << what;
  if (a.defined()) {
    EXPECT_LT((a - b).abs().max().item<double>(), 2e-6 * std::max(1.0, b.abs().max().item<double>())) << what;
  }
}

void expect_the_same(const Step& once, const Step& twice) {
  expect_close(once.result.loss_d, twice.result.loss_d, "loss_d");
  expect_close(once.result.loss_g, twice.result.loss_g, "loss_g");
  expect_close(once.result.d_real, twice.result.d_real, "d_real");
  expect_close(once.result.d_fake, twice.result.d_fake, "d_fake");
  expect_close(once.result.penalty, twice.result.penalty, "penalty");
  expect_close(once.result.class_loss_real, twice.result.class_loss_real, "class_loss_real");
  expect_close(once.result.class_loss_fake, twice.result.class_loss_fake, "class_loss_fake");
  expect_close(once.result.class_accuracy_fake, twice.result.class_accuracy_fake, "class_accuracy_fake");
  expect_close(once.result.seen.scores_real, twice.result.seen.scores_real, "scores_real");
  expect_close(once.result.seen.scores_fake, twice.result.seen.scores_fake, "scores_fake");
  ASSERT_EQ(once.gradients.size(), twice.gradients.size());
  for (std::size_t i = 0; i < once.gradients.size(); ++i)
    expect_close(once.gradients[i], twice.gradients[i], "a gradient");
}

using Sizes = std::vector<std::int64_t>;

constexpr const char* kPlain = "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, \"flatten\"";
const std::string kOneScore = std::string(kPlain) + ", { dense = 1 }";

TEST(DiscriminatorPasses, OnePassGivesWhatTwoDo) {
  const Step once = step_with(false, kOneScore, {}), twice = step_with(true, kOneScore, {});
  EXPECT_EQ(once.batches, (Sizes{16, 8}));
  EXPECT_EQ(twice.batches, (Sizes{8, 8, 8}));
  expect_the_same(once, twice);
}

TEST(DiscriminatorPasses, RandomNumbersAreThoseOfTwo) {
  // So that a run goes on as it would have, whichever way its earlier steps were made.
  const std::string dropping =
      "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, { dropout = 0.3 }, \"flatten\", "
      "{ dense = 4 }, { leaky_relu = 0.2 }, { dropout = 0.5 }, { dense = 1 }";
  for (const char* augment : {"none", "diffaugment", "ada"}) {
    const std::vector<std::string> options{std::string("augment.name=") + augment, "augment.probability=0.7",
                                           "augment.instance_noise=0.1",
                                           "objective.penalties=[{ gradient_penalty = 1 }, { r1 = 2 }, { r2 = 3 }]"};
    const Step once = step_with(false, dropping, options), twice = step_with(true, dropping, options);
    EXPECT_EQ(once.batches, (Sizes{16, 8, 8})) << augment;
    expect_the_same(once, twice);
  }
}

TEST(DiscriminatorPasses, LabelsGoWithTheirImages) {
  const std::string projection = std::string(kPlain) + ", { projection = true, classes = 2 }";
  const Step once = step_with(false, projection, {}), twice = step_with(true, projection, {});
  EXPECT_EQ(once.batches, (Sizes{16, 8}));
  expect_the_same(once, twice);
  const Step heads = step_with(false, kPlain, kAcgan), heads_twice = step_with(true, kPlain, kAcgan);
  EXPECT_EQ(heads.batches, (Sizes{16, 8}));
  expect_the_same(heads, heads_twice);
}

TEST(DiscriminatorPasses, AGridOfScoresIsHalved) {
  const std::string grid = "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, { leaky_relu = 0.2 }, { conv = 1 }";
  const std::vector<std::string> options{"discriminator.output=patches"};
  const Step once = step_with(false, grid, options), twice = step_with(true, grid, options);
  EXPECT_EQ(once.batches, (Sizes{16, 8}));
  expect_the_same(once, twice);
}

TEST(DiscriminatorPasses, PenaltiesAtBothAreOfOnePass) {
  const std::vector<std::string> both{"objective.name=relativistic", "objective.penalties=[{ r1 = 2 }, { r2 = 3 }]"};
  const Step once = step_with(false, kOneScore, both), twice = step_with(true, kOneScore, both);
  EXPECT_EQ(once.batches, (Sizes{16, 8, 8})) << "the generator's update compares with real images";
  expect_the_same(once, twice);
  // A gradient at one alone would be computed at the other for nothing.
  EXPECT_EQ(step_with(false, kOneScore, {"objective.penalties=[{ r1 = 2 }]"}).batches, (Sizes{8, 8, 8}));
  EXPECT_EQ(step_with(false, kOneScore, {"objective.penalties=[{ gradient_penalty = 2 }]"}).batches, (Sizes{16, 8, 8}));
}

TEST(DiscriminatorPasses, WhatLooksAtItsBatchSeesOneKindOfImages) {
  for (const std::string layer : {"\"batch_norm\"", "{ minibatch_stddev = 4 }"}) {
    const auto discriminator = "{ conv = 8, kernel = 4, stride = 2, padding = 1 }, " + layer +
                               ", { leaky_relu = 0.2 }, \"flatten\", { dense = 1 }";
    EXPECT_EQ(step_with(false, discriminator, {}).batches, (Sizes{8, 8, 8})) << layer;
  }
  // Two power iterations an update, as two passes make, and inside another layer too.
  EXPECT_EQ(step_with(false, "\"flatten\", { dense = 1, spectral_norm = true }", {}).batches, (Sizes{8, 8, 8}));
  EXPECT_EQ(step_with(false, "{ residual = [\"batch_norm\"] }, \"flatten\", { dense = 1 }", {}).batches,
            (Sizes{8, 8, 8}));
}

}  // namespace
}  // namespace ganymede::train
