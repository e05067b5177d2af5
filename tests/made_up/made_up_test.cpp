// A layer, an objective, a metric and a data set that only this folder knows work from a recipe like any other. Each is
// one file, and its name in CMakeLists.txt.
#include "ganymede/core/files.h"
#include "ganymede/data/sources.h"
#include "ganymede/operations/evaluate_request.h"
#include "ganymede/operations/evaluation_report.h"
#include "ganymede/train/loss_chart.h"
#include "ganymede/train/observers.h"
#include "support/support.h"
#include "train/toy.h"

namespace ganymede::train {
namespace {

using namespace toy;
using ::testing::HasSubstr;

config::Recipe made_up(const std::vector<std::string>& overrides = {}) {
  std::vector<std::string> all{"generator.init=glorot_uniform", "discriminator.init=glorot_uniform",
                               "train.precision=f32", "objective.name=absolute", "objective.level=0.5"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return test::recipe_of("{ dense = 192 }, { reshape = [3, 8, 8] }, { scaled_shift = 0.5 }, \"tanh\"",
                         "\"flatten\", { residual = [{ scaled_shift = 2, shift = false }] }, { dense = 1 }", all);
}

TEST(MadeUp, ALayerAndAnObjectiveTrainFromARecipe) {
  Trainer trainer(made_up(), halves(), torch::kCPU);
  const auto names = [&] {
    std::vector<std::string> out;
    for (const auto& named : trainer.gan().generator.state()) out.push_back(named.name);
    return out;
  }();
  EXPECT_EQ(names, (std::vector<std::string>{"dense_1.weight", "dense_1.bias", "scaled_shift_1.shift"}));
  const auto before = copies(trainer.gan().generator.parameters());
  const StepResult result = trainer.step(false);
  EXPECT_TRUE(result.loss_d.isfinite().item<bool>());
  const auto after = copies(trainer.gan().generator.parameters());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_FALSE(test::same(before[i], after[i])) << names[i];
}

TEST(MadeUp, TheirOptionsAreCheckedAndWritten) {
  Trainer trainer(made_up(), halves(), torch::kCPU);
  const std::string written = config::to_toml(trainer.recipe());
  EXPECT_THAT(written, HasSubstr("{ scaled_shift = 0.5, shift = true }"));
  EXPECT_THAT(written, HasSubstr("level = 0.5"));
  EXPECT_EQ(config::to_toml(config::parse_recipe(written, "test", "written")), written);
  EXPECT_THAT(test::error_of([] { made_up({"generator.layers.2.scaled_shift=11"}); }),
              HasSubstr("'scaled_shift' is 11, which is outside -10 to 10"));
  EXPECT_THAT(test::error_of([] { made_up({"generator.layers.2.shft=true"}); }), HasSubstr("did you mean 'shift'?"));
  EXPECT_THAT(test::error_of([] { Trainer(made_up({"objective.lvl=1"}), halves(), torch::kCPU); }),
              HasSubstr("did you mean 'level'?"));
}

TEST(MadeUp, AMetricIsComputedWhileTraining) {
  Trainer trainer(made_up({"quality.metric=brightness_gap", "quality.every=1", "quality.count=10", "train.steps=2"}),
                  halves(), torch::kCPU);
  const test::TemporaryFolder folder;
  const RunFolder run_folder(folder / "run", false);
  const auto columns = std::make_shared<MoreColumns>();
  std::vector<std::unique_ptr<Observer>> observers;
  observers.push_back(quality_observer(run_folder, quality_evaluator(trainer), columns));
  trainer.run(observers);
  EXPECT_EQ(columns->names, (std::vector<std::string>{"brightness_gap"}));
  const double gap = columns->values.at("brightness_gap");
  EXPECT_GT(gap, 0);
  EXPECT_LT(gap, 255);

  quality::Evaluator evaluator({"a", halves()}, nullptr, {.metrics = {quality::metric_named("brightness_gap")}});
  EXPECT_EQ(evaluator.evaluate({"b", halves()}).more.at("brightness_gap"), 0);
  EXPECT_THAT(
      test::error_of(
          [] { quality_evaluator(Trainer(made_up({"quality.metric=brightness_gip"}), halves(), torch::kCPU)); }),
      HasSubstr("--set quality.metric=brightness_gip in [quality]: unknown metric 'brightness_gip'; did you mean "
                "'brightness_gap'?"));
}

TEST(MadeUp, AMetricHasItsChartAndSaysWhichWayIsBetter) {
  const auto measures = quality::all_measures();
  EXPECT_TRUE(
      std::any_of(measures.begin(), measures.end(), [](const auto& m) { return m.column == "brightness_gap"; }));
  const auto& panel = usual_panels().back();
  EXPECT_TRUE(panel.title == "brightness_gap" && panel.quality && panel.curves.at(0).label == "brightness_gap");
  EXPECT_EQ(operations::better("brightness_gap"), "lower");
  EXPECT_THAT(operations::metric_names(), HasSubstr(", brightness_gap"));
}

TEST(MadeUp, ADataSetIsOpenedGuessedAndItsOptionsAreChecked) {
  const test::TemporaryFolder folder;
  write_file(folder / "levels.bin", "x");
  EXPECT_EQ(data::guess_source(folder.path()), "levels");
  data::DatasetOptions options;
  options.name = "levels";
  options.path = folder.path();
  options.classes = {"light"};
  EXPECT_EQ(data::open_dataset(options)->size(), 5u);
  const auto refused = [&](auto change) {
    auto wrong = options;
    change(wrong);
    return test::error_of([&] { data::open_dataset(wrong); });
  };
  EXPECT_THAT(refused([](auto& o) { o.splits = {"trian"}; }), HasSubstr("did you mean 'train'?"));
  EXPECT_THAT(
      refused([](auto& o) { o.conditions = {"age"}; }),
      HasSubstr("[data]: 'conditions' means nothing to levels; leave it out: it belongs to celeba, folder, packed"));
  EXPECT_THAT(refused([](auto& o) { o.name = "levls"; }), HasSubstr("did you mean 'levels'?"));
}

TEST(MadeUp, ANameIsTakenOnce) {
  data::Source levels;
  levels.name = "levels";
  EXPECT_THROW(data::add_source(data::sources(), levels), std::logic_error);
}

}  // namespace
}  // namespace ganymede::train
