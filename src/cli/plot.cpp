// `ganymede plot RUN... -o FILE.svg|png`: the curves of runs, on one chart; or their images, beside each other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>

#include "cli/command.h"
#include "cli/image_output.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/image/chart.h"
#include "ganymede/image/decode.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/grid.h"
#include "ganymede/train/loss_chart.h"
#include "ganymede/train/run_folder.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct PlotOptions {
  std::vector<std::string> runs;
  std::string output, columns, title;
  double smooth = 0;
  bool samples = false, as_json = false, quality = false, precision_recall = false;
};

fs::path metrics_of(const std::string& run) {
  const fs::path path = run;
  if (fs::is_regular_file(path)) return path;
  const fs::path inside = path / train::kMetricsFile;
  if (fs::is_regular_file(inside)) return inside;
  if (!fs::exists(path)) throw Error("no such run folder", run, "check the path");
  throw Error(fmt::format("not a run folder: it has no {}", train::kMetricsFile), run,
              "name a folder that `ganymede train -o` wrote");
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::stringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// The last value of each column that has one; null where a column has none.
json last_values(const train::MetricsData& metrics) {
  json values = json::object();
  for (size_t column = 0; column < metrics.columns.size(); ++column) {
    const auto& cells = metrics.values[column];
    const auto last = std::find_if(cells.rbegin(), cells.rend(), [](double cell) { return !std::isnan(cell); });
    const bool known = last != cells.rend() && std::isfinite(*last);
    values[metrics.columns[column]] = known ? json(*last) : json(nullptr);
  }
  return values;
}

const std::vector<std::string> kChartKinds = {".png", ".svg"};

void draw(const PlotOptions& options, const std::vector<train::RunMetrics>& runs) {
  const std::string title = !options.title.empty() ? options.title : runs.size() == 1 ? runs.front().name : "";
  const image::Chart chart = options.precision_recall ? precision_recall_chart(runs, title)
                                                      : loss_chart(runs, {.title = title,
                                                                          .smooth = options.smooth,
                                                                          .columns = split(options.columns),
                                                                          .quality = options.quality});
  const Output to(options.output, kChartKinds);
  if (to.kind() == ".png") return to.write(image::chart_png(chart));
  const std::string svg = image::chart_svg(chart);
  to.write(Bytes(svg.begin(), svg.end()));
}

/// The run's last sample sheet.
image::Image newest_sample(const std::string& run) {
  std::error_code ignored;
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(fs::path(run) / "samples", ignored)) {
    if (entry.path().extension() == ".png" && entry.path().filename() > newest.filename()) newest = entry.path();
  }
  if (newest.empty()) throw Error("no sample sheets", run, "name a run folder that `ganymede train -o` wrote");
  return image::decode(read_file(newest), newest.string());
}

void plot_samples(const PlotOptions& options, const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, image::Image>> panels;
  for (size_t i = 0; i < names.size(); ++i) panels.emplace_back(names[i], newest_sample(options.runs[i]));
  const Output to(options.output, kChartKinds);
  to.write(image::encode_png(image::side_by_side(panels)));
  to.say(options.output);
}

void plot(const PlotOptions& options) {
  if (options.output.empty() && !options.as_json) {
    throw UsageError("no file to plot to", "plot", "name one with -o FILE.svg or -o FILE.png");
  }
  std::optional<Output> to;
  if (!options.output.empty()) {
    to.emplace(options.output, kChartKinds);
    to->require_kind(options.as_json);
  }
  std::vector<fs::path> folders;
  for (const auto& run : options.runs) folders.push_back(metrics_of(run).parent_path());
  const std::vector<std::string> names = train::run_names(folders);
  if (options.samples) {
    if (!to || to->kind() != ".png")
      throw UsageError("sample sheets are written as PNG only", options.output, "name one with -o FILE.png");
    return plot_samples(options, names);
  }
  std::vector<train::RunMetrics> runs;
  json results = json::array();
  for (size_t i = 0; i < names.size(); ++i) {
    runs.push_back({names[i], train::read_metrics(metrics_of(options.runs[i]))});
    const train::MetricsData& metrics = runs.back().metrics;
    results.push_back(
        {{"name", names[i]}, {"path", options.runs[i]}, {"rows", metrics.rows()}, {"last", last_values(metrics)}});
  }
  if (!options.output.empty()) draw(options, runs);
  if (options.as_json) {
    print_json({{"runs", results}, {"file", options.output.empty() ? json(nullptr) : json(options.output)}});
  } else {
    to->say(options.output);
  }
}

}  // namespace

void add_plot(CLI::App& app) {
  auto options = std::make_shared<PlotOptions>();
  app.add_option("RUN", options->runs, "run folders, or metrics.csv files")->required();
  app.add_option("-o,--output", options->output,
                 "the chart, FILE.svg or FILE.png; - is a PNG on standard output, svg:- an SVG");
  limited(app.add_option("--smooth", options->smooth, "weight of the moving average; 0 is none"), 0.0, 0.999);
  app.add_option("--columns", options->columns, "columns to plot, a panel each: loss_d,fid");
  auto* quality =
      app.add_flag("--quality", options->quality, "the curves of quality, or the columns named, over epochs");
  app.add_flag("--precision-recall", options->precision_recall, "precision over recall instead")->excludes(quality);
  app.add_option("--title", options->title, "above the chart; the run's name by default");
  auto* samples =
      app.add_flag("--samples", options->samples, "put the runs' last sample sheets beside each other instead");
  app.add_flag("--json", options->as_json, "print the last value of each column as JSON; -o may be left out")
      ->excludes(samples);
  app.callback([options] { plot(*options); });
}

}  // namespace ganymede::cli
