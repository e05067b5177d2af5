#include "ganymede/train/loss_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/quality/metric.h"

namespace ganymede::train {
namespace {

std::vector<PanelPlan> panels_of(const std::vector<RunMetrics>& runs, const std::vector<std::string>& columns) {
  std::vector<std::string> known;
  for (const auto& run : runs) {
    for (const auto& column : run.metrics.columns) {
      if (std::find(known.begin(), known.end(), column) == known.end()) known.push_back(column);
    }
  }
  std::vector<PanelPlan> panels;
  for (const auto& column : columns) {
    if (std::find(known.begin(), known.end(), column) == known.end()) {
      throw UsageError(fmt::format("no run has a column '{}'", column), {}, suggest(column, known));
    }
    panels.push_back({column, column, {{column, column}}, false});
  }
  return panels;
}

/// The points of a column over another, without the rows where a cell is empty: metrics come rarely and are
/// joined.
image::Series series_of(const MetricsData& metrics, const std::string& column, const std::string& over) {
  image::Series series;
  const auto* places = metrics.find(over);
  const auto* values = metrics.find(column);
  if (places == nullptr || values == nullptr) return series;
  for (size_t row = 0; row < values->size(); ++row) {
    if (std::isnan((*values)[row]) || std::isnan((*places)[row])) continue;
    series.x.push_back((*places)[row]);
    series.y.push_back((*values)[row]);
  }
  return series;
}

/// Only what is logged most of the time is averaged: metrics come rarely, and an average would lag far
/// behind.
bool is_dense(const image::Series& series, const MetricsData& metrics) {
  return 2 * series.x.size() >= metrics.rows();
}

image::Panel draw(const PanelPlan& plan, const std::vector<RunMetrics>& runs, const std::string& over, double smooth) {
  image::Panel panel{plan.title, over, plan.y_label, {}, {}};
  const bool several = runs.size() > 1;
  for (size_t r = 0; r < runs.size(); ++r) {
    for (size_t c = 0; c < plan.curves.size(); ++c) {
      const auto& curve = plan.curves[c];
      image::Series series = series_of(runs[r].metrics, curve.column, over);
      if (series.x.empty()) continue;
      series.name = curve.label;
      if (several) {
        // A run has its colour in every panel; its curves in one differ by their kind of line.
        series.name = plan.curves.size() > 1 ? runs[r].name + ": " + curve.label : runs[r].name;
        series.colour = static_cast<int>(r);
        series.dash = static_cast<int>(c);
      }
      if (smooth > 0 && is_dense(series, runs[r].metrics)) {
        panel.note = fmt::format("moving average, weight {:g}; pale: as logged", smooth);
        image::Series average = image::smoothed(series, smooth);
        average.faint = false;
        series.faint = true;
        panel.series.push_back(std::move(series));
        panel.series.push_back(std::move(average));
      } else {
        panel.series.push_back(std::move(series));
      }
    }
  }
  return panel;
}

/// Images of a step, by the last row; 0 where there is none.
double images_of_a_step(const MetricsData& metrics) {
  const auto *steps = metrics.find("step"), *images = metrics.find("images");
  return steps == nullptr || images == nullptr || steps->empty() || steps->back() <= 0 ? 0
                                                                                       : images->back() / steps->back();
}

/// Steps of different batches are not the same work: such runs are shown over the images they have seen.
const char* common_axis(const std::vector<RunMetrics>& runs) {
  const double first = images_of_a_step(runs.front().metrics);
  for (const auto& run : runs) {
    const double here = images_of_a_step(run.metrics);
    if (here <= 0 || first <= 0) return "step";
    if (std::abs(here - first) > 1e-6 * first) return "images";
  }
  return "step";
}

}  // namespace

const std::vector<PanelPlan>& usual_panels() {
  static const std::vector<PanelPlan> panels = [] {
    std::vector<PanelPlan> out{
        {"Losses", "loss", {{"loss_d", "discriminator"}, {"loss_g", "generator"}}},
        {"Discriminator output", "D", {{"d_real", "D(x), real"}, {"d_fake", "D(G(z)), generated"}}},
        {"Gradient norms", "norm", {{"grad_norm_d", "discriminator"}, {"grad_norm_g", "generator"}}},
        {"Class losses", "cross-entropy", {{"class_loss_real", "real"}, {"class_loss_fake", "generated"}}},
        {"Class accuracy", "share", {{"class_accuracy_real", "real"}, {"class_accuracy_fake", "generated"}}},
    };
    for (const auto& measure : quality::all_measures()) {
      const auto same = [&](const PanelPlan& plan) { return plan.title == measure.chart; };
      auto plan = std::find_if(out.begin(), out.end(), same);
      if (plan == out.end()) plan = out.insert(out.end(), {measure.chart, measure.unit, {}, true});
      plan->curves.push_back({measure.column, measure.label});
    }
    return out;
  }();
  return panels;
}

image::Chart loss_chart(const std::vector<RunMetrics>& runs, const LossChartOptions& options) {
  image::Chart chart;
  chart.title = options.title;
  auto plans = options.columns.empty() ? usual_panels() : panels_of(runs, options.columns);
  if (options.quality && options.columns.empty()) std::erase_if(plans, [](const auto& plan) { return !plan.quality; });
  const char* over = options.quality || runs.empty() ? "epoch" : common_axis(runs);
  for (const auto& plan : plans) {
    image::Panel panel = draw(plan, runs, over, options.smooth);
    if (!panel.series.empty()) chart.panels.push_back(std::move(panel));
  }
  if (chart.panels.empty()) {
    throw Error(
        "there is nothing to plot yet", options.title,
        options.quality ? "train with [quality], or wait for the first metric" : "wait for the first logged step");
  }
  return chart;
}

image::Chart precision_recall_chart(const std::vector<RunMetrics>& runs, const std::string& title) {
  image::Chart chart;
  chart.title = title;
  const PanelPlan plan{"Precision over recall", "precision", {{"precision", "precision"}}, true};
  image::Panel panel = draw(plan, runs, "recall", 0);
  if (panel.series.empty()) {
    throw Error("no run has values of precision and recall", title, "train with --set 'quality.metric=\"prdc\"'");
  }
  chart.panels.push_back(std::move(panel));
  return chart;
}

}  // namespace ganymede::train
