#include "ganymede/serve/run.h"

#include <algorithm>
#include <cmath>

#include "ganymede/core/log.h"
#include "ganymede/serve/http.h"
#include "ganymede/train/position.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMaxText = 4 << 20;
const std::vector<std::string> kFigures{"real.png", "real_and_generated.png", "first_epoch.png",
                                        "first_epoch_and_last.png", "losses.svg"};

constexpr std::string_view kSampleBegin = "step-", kSampleEnd = ".png";

bool is_sample(const std::string& name) {
  return name.size() > kSampleBegin.size() + kSampleEnd.size() && name.starts_with(kSampleBegin) &&
         name.ends_with(kSampleEnd) &&
         std::all_of(name.begin() + kSampleBegin.size(), name.end() - kSampleEnd.size(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<std::string> samples_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (is_sample(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  return names;
}

json finite(double value) {
  return std::isfinite(value) ? json(value) : json(nullptr);
}

/// The images of the data it was trained on; 0 where the run does not say.
std::uint64_t images_of(const json& environment) {
  const json::json_pointer place("/data/images");
  return environment.contains(place) && environment[place].is_number_unsigned()
             ? environment[place].get<std::uint64_t>()
             : 0;
}

/// The step it has come to. A picture is drawn at the very end, metrics are logged some steps apart.
double step_reached(const RunSnapshot& now) {
  const double logged = now.last("step");
  return now.samples.empty() ? logged : std::fmax(logged, std::stod(now.samples.back().substr(kSampleBegin.size())));
}

/// How much of the run is done, 0 to 1; NaN where its recipe cannot be read.
double progress_of(const RunSnapshot& now) {
  if (now.recipe.empty()) return NAN;
  try {
    const auto recipe = config::parse_recipe(now.recipe, "run", "recipe.toml");
    const double step = step_reached(now);
    if (std::isnan(step)) return 0;
    const auto images = images_of(now.environment);
    if (!recipe.train.steps && images == 0) return std::min(1.0, now.last("epoch") / *recipe.train.epochs);
    return std::min(1.0, step / static_cast<double>(train::steps_in_all(recipe.train, images)));
  } catch (const Error&) {
    return NAN;
  }
}

json overview_of(const std::string& id, const RunSnapshot& now) {
  const double progress = progress_of(now), seconds = now.last("seconds");
  json last = json::object();
  for (const auto& column : now.metrics ? now.metrics->columns : std::vector<std::string>())
    last[column] = finite(now.last(column));
  const json& environment = now.environment;
  const bool done = progress >= 1;
  return {{"id", id},
          {"recipe", environment.is_object() ? environment.value("recipe", json(nullptr)) : json(nullptr)},
          {"state", now.running ? "running"
                    : done      ? "done"
                                : "stopped"},
          {"step", finite(step_reached(now))},
          {"epoch", finite(now.last("epoch"))},
          {"progress", finite(progress)},
          {"images_per_s", finite(now.last("images_per_s"))},
          {"seconds", finite(seconds)},
          {"seconds_left", now.running && progress > 0 ? finite(seconds * (1 - progress) / progress) : json(nullptr)},
          {"rows", now.rows()},
          {"last", last},
          {"sample", now.samples.empty() ? json(nullptr) : json(now.samples.back())}};
}

}  // namespace

double RunSnapshot::last(const std::string& column) const {
  const auto* values = metrics ? metrics->find(column) : nullptr;
  if (values == nullptr) return NAN;
  const auto found = std::find_if(values->rbegin(), values->rend(), [](double value) { return !std::isnan(value); });
  return found == values->rend() ? NAN : *found;
}

Run::Run(std::string id, fs::path folder)
    : id_(std::move(id)), folder_(std::move(folder)), snapshot_(std::make_shared<RunSnapshot>()) {}

void Run::refresh() {
  const auto before = snapshot();
  auto next = std::make_shared<RunSnapshot>(*before);
  bool changed = before->overview.is_null();
  const auto when_changed = [&](const char* name, std::optional<FileStamp>& stamp, auto&& read) {
    const fs::path file = folder_ / name;
    const auto now = stamp_of(file);
    if (now == stamp) return;
    stamp = now;
    changed = true;
    try {
      read(file, now.has_value());
    } catch (const std::exception& error) {
      spdlog::warn("{}", error.what());
      read(file, false);
    }
  };
  when_changed(train::kMetricsFile, metrics_stamp_, [&](const fs::path& file, bool there) {
    next->metrics = there ? std::make_shared<const train::MetricsData>(train::read_metrics(file)) : nullptr;
  });
  const auto text = [](const fs::path& file) {
    const Bytes bytes = read_file(file, kMaxText);
    return std::string(bytes.begin(), bytes.end());
  };
  when_changed("recipe.toml", recipe_stamp_,
               [&](const fs::path& file, bool there) { next->recipe = there ? text(file) : ""; });
  when_changed("environment.json", environment_stamp_,
               [&](const fs::path& file, bool there) { next->environment = there ? json::parse(text(file)) : json(); });
  if (next->environment.is_object() && next->environment.contains("data") && next->environment["data"].is_object()) {
    next->environment["data"].erase("path");  // where this machine keeps its data is nobody else's business
  }
  next->running = is_locked(folder_);
  next->samples = samples_in(folder_ / "samples");
  next->pictures.clear();
  for (const auto& name : kFigures) {
    if (stamp_of(folder_ / name)) next->pictures.push_back(name);
  }
  changed = changed || next->running != before->running || next->samples != before->samples ||
            next->pictures != before->pictures;
  if (!changed) return;
  next->overview = overview_of(id_, *next);
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(next);
}

std::shared_ptr<const RunSnapshot> Run::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

fs::path Run::picture(const std::string& name) const {
  const auto now = snapshot();
  // Only names this program found itself ever become paths.
  const auto holds = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (holds(now->samples)) return folder_ / "samples" / name;
  if (holds(now->pictures)) return folder_ / name;
  throw Problem(404, "the run has no such picture");
}

json metrics_json(const train::MetricsData& metrics, std::size_t first) {
  json columns = json::object();
  first = std::min(first, metrics.rows());
  for (size_t column = 0; column < metrics.columns.size(); ++column) {
    auto& values = columns[metrics.columns[column]] = json::array();
    for (size_t row = first; row < metrics.rows(); ++row) values.push_back(finite(metrics.values[column][row]));
  }
  return {{"first", first}, {"rows", metrics.rows()}, {"columns", columns}};
}

}  // namespace ganymede::serve
