// The curves of one run or several as a chart: losses, discriminator output, gradients, quality.
#pragma once

#include <string>
#include <vector>

#include "ganymede/image/chart.h"
#include "ganymede/train/metrics_table.h"

namespace ganymede::train {

struct RunMetrics {
  std::string name;  ///< in the legend, where there are several runs
  MetricsData metrics;
};

struct PanelPlan {
  struct Curve {
    std::string column, label;
  };
  std::string title, y_label;
  std::vector<Curve> curves;
  bool quality = false;  ///< shows how good the images are, rather than how the training went
};

/// The panels of a chart that was asked for nothing special, a metric's by its measures (quality/metric.h). Metrics
/// differ too much in size to share one.
const std::vector<PanelPlan>& usual_panels();

struct LossChartOptions {
  std::string title;
  /// Weight of the moving average in [0, 1); the raw curve stays behind it, faint. Rare values are not averaged.
  double smooth = 0;
  std::vector<std::string> columns;  ///< one panel for each of these; empty gives the usual panels
  bool quality = false;              ///< of the usual panels only those of quality; over epochs in the place of steps
};

/// Several runs keep a colour each in all panels, and are shown over images in the place of steps where their batches
/// differ. A panel is left out when no run has a value for it. Throws UsageError when a column named in the options is
/// in no run, and Error when there is nothing to plot.
image::Chart loss_chart(const std::vector<RunMetrics>& runs, const LossChartOptions& options = {});

/// Precision over recall, a line for each run through its values in the order of training.
/// Throws Error when no run has both columns.
image::Chart precision_recall_chart(const std::vector<RunMetrics>& runs, const std::string& title = {});

}  // namespace ganymede::train
