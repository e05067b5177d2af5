#include "ganymede/train/loss_chart.h"

#include <cmath>
#include <limits>

#include "support/support.h"

namespace ganymede::train {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;

const double kEmpty = std::numeric_limits<double>::quiet_NaN();

RunMetrics logged(const std::string& name) {
  return {name,
          {{"step", "loss_d", "loss_g", "d_real", "d_fake", "fid"},
           {{10, 20, 30}, {1, 2, 3}, {4, 5, 6}, {0.5, 0.6, 0.7}, {0.5, 0.4, 0.3}, {kEmpty, 80, kEmpty}}}};
}

std::vector<std::string> titles(const image::Chart& chart) {
  std::vector<std::string> result;
  for (const auto& panel : chart.panels) result.push_back(panel.title);
  return result;
}

TEST(LossChart, ShowsThePanelsThatHaveValues) {
  const image::Chart chart = loss_chart({logged("a")}, {.title = "shapes", .smooth = 0, .columns = {}});
  EXPECT_EQ(chart.title, "shapes");
  EXPECT_THAT(titles(chart), ElementsAre("Losses", "Discriminator output", "Fréchet inception distance"));
  ASSERT_EQ(chart.panels[0].series.size(), 2u);
  EXPECT_EQ(chart.panels[0].series[0].name, "discriminator");
  EXPECT_THAT(chart.panels[0].series[1].x, ElementsAre(10, 20, 30));
  EXPECT_THAT(chart.panels[0].series[1].y, ElementsAre(4, 5, 6));
  EXPECT_THAT(chart.panels[2].series[0].x, ElementsAre(20)) << "empty cells are no points";
}

TEST(LossChart, ShowsHowWellClassesAreNamed) {
  RunMetrics run = logged("acgan");
  for (const char* column : {"class_loss_real", "class_loss_fake", "class_accuracy_real", "class_accuracy_fake"}) {
    run.metrics.columns.emplace_back(column);
    run.metrics.values.push_back({0.1, 0.2, 0.3});
  }
  const image::Chart chart = loss_chart({run});
  EXPECT_THAT(titles(chart), ElementsAre("Losses", "Discriminator output", "Class losses", "Class accuracy",
                                         "Fréchet inception distance"));
  EXPECT_EQ(chart.panels[2].series[1].name, "generated");
}

TEST(LossChart, NamesSeveralRuns) {
  const image::Chart chart = loss_chart({logged("a"), logged("b")});
  ASSERT_EQ(chart.panels[0].series.size(), 4u);
  EXPECT_EQ(chart.panels[0].series[0].name, "a: discriminator");
  EXPECT_EQ(chart.panels[0].series[3].name, "b: generator");
  EXPECT_EQ(chart.panels[2].series[1].name, "b");
}

TEST(LossChart, ARunHasItsColourInEveryPanel) {
  RunMetrics without = logged("a");
  without.metrics.values[5] = {kEmpty, kEmpty, kEmpty};  // no FID: the other run is the first in that panel
  const image::Chart chart = loss_chart({without, logged("b")});
  const auto& losses = chart.panels[0].series;
  EXPECT_EQ(losses[0].colour, 0);
  EXPECT_EQ(losses[1].colour, 0);
  EXPECT_NE(losses[0].dash, losses[1].dash);
  EXPECT_EQ(losses[2].colour, 1);
  ASSERT_EQ(chart.panels[2].series.size(), 1u);
  EXPECT_EQ(chart.panels[2].series[0].colour, 1);
  EXPECT_EQ(loss_chart({logged("a")}).panels[0].series[1].colour, -1) << "one run: a colour a curve";
}

TEST(LossChart, RunsOfDifferentBatchesAreShownOverImages) {
  const auto of_batch = [](const std::string& name, double batch) {
    RunMetrics one = logged(name);
    one.metrics.columns.emplace_back("images");
    one.metrics.values.push_back({10 * batch, 20 * batch, 30 * batch});
    return one;
  };
  EXPECT_EQ(loss_chart({of_batch("a", 64), of_batch("b", 64)}).panels[0].x_label, "step");
  const image::Chart chart = loss_chart({of_batch("a", 64), of_batch("b", 32)});
  EXPECT_EQ(chart.panels[0].x_label, "images");
  EXPECT_THAT(chart.panels[0].series[0].x, ElementsAre(640, 1280, 1920));
  EXPECT_THAT(chart.panels[0].series[2].x, ElementsAre(320, 640, 960));
}

TEST(LossChart, KeepsTheRawCurveBehindTheSmoothOne) {
  const image::Chart chart = loss_chart({logged("a")}, {.title = {}, .smooth = 0.5, .columns = {"loss_d"}});
  ASSERT_THAT(titles(chart), ElementsAre("loss_d"));
  ASSERT_EQ(chart.panels[0].series.size(), 2u);
  EXPECT_TRUE(chart.panels[0].series[0].faint);
  EXPECT_THAT(chart.panels[0].series[0].y, ElementsAre(1, 2, 3));
  EXPECT_FALSE(chart.panels[0].series[1].faint);
  EXPECT_NEAR(chart.panels[0].series[1].y[1], 5.0 / 3, 1e-12);  // (0.25 * 1 + 0.5 * 2) / 0.75
  EXPECT_EQ(chart.panels[0].series[0].name, chart.panels[0].series[1].name);
  EXPECT_EQ(chart.panels[0].note, "moving average, weight 0.5; pale: as logged");
  EXPECT_EQ(loss_chart({logged("a")}).panels[0].note, "");
}

TEST(LossChart, DoesNotAverageRareValues) {
  const image::Chart chart = loss_chart({logged("a")}, {.title = {}, .smooth = 0.5, .columns = {"fid"}});
  ASSERT_EQ(chart.panels[0].series.size(), 1u);
  EXPECT_FALSE(chart.panels[0].series[0].faint);
}

TEST(LossChart, RefusesUnknownColumnsAndEmptyTables) {
  EXPECT_THAT(error_of([] { loss_chart({logged("a")}, {.title = {}, .smooth = 0, .columns = {"los_d"}}); }),
              HasSubstr("did you mean 'loss_d'?"));
  EXPECT_THAT(error_of([] { loss_chart({{"a", {{"step", "loss_d"}, {{}, {}}}}}); }), HasSubstr("nothing to plot"));
}

TEST(LossChart, ShowsQualityAloneOverEpochs) {
  RunMetrics evaluated = logged("a");
  evaluated.metrics.columns.emplace_back("epoch");
  evaluated.metrics.values.push_back({0.5, 1, 1.5});
  const image::Chart chart = loss_chart({evaluated, evaluated}, {.title = {}, .columns = {}, .quality = true});
  ASSERT_THAT(titles(chart), ElementsAre("Fréchet inception distance"));
  EXPECT_EQ(chart.panels[0].x_label, "epoch");
  EXPECT_THAT(chart.panels[0].series[0].x, ElementsAre(1));
  EXPECT_THAT(chart.panels[0].series[1].y, ElementsAre(80));
}

TEST(PrecisionRecallChart, PlotsOneOverTheOther) {
  const RunMetrics evaluated{"a",
                             {{"step", "precision", "recall"}, {{10, 20, 30}, {0.1, kEmpty, 0.5}, {0.3, kEmpty, 0.4}}}};
  const image::Chart chart = precision_recall_chart({evaluated}, "both");
  ASSERT_EQ(chart.panels.size(), 1u);
  EXPECT_EQ(chart.panels[0].x_label, "recall");
  EXPECT_THAT(chart.panels[0].series[0].x, ElementsAre(0.3, 0.4));
  EXPECT_THAT(chart.panels[0].series[0].y, ElementsAre(0.1, 0.5));
  EXPECT_THAT(error_of([] { precision_recall_chart({logged("a")}); }),
              HasSubstr("no run has values of precision and recall"));
}

}  // namespace
}  // namespace ganymede::train
