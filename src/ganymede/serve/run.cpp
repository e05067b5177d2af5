#include "ganymede/serve/run.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ganymede/core/json_text.h"
#include "ganymede/core/log.h"
#include "ganymede/core/open_file.h"
#include "ganymede/quality/metric.h"
#include "ganymede/serve/http.h"
#include "ganymede/serve/settings.h"
#include "ganymede/train/run_folder.h"
#include "ganymede/train/training_state.h"

namespace ganymede::serve {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMaxText = 4 << 20;
constexpr const char* kEnvironmentFile = "environment.json";
const std::vector<std::string> kImages{"real.png", "real_and_generated.png", "first_epoch.png",
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
  if (!is_plain_folder(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    // Only what the folder itself says: a link is none of the run's own files, and no file is looked at here.
    const bool plain = !entry.is_symlink(error) && entry.is_regular_file(error);
    if (plain && is_sample(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  return names;
}

std::vector<std::string> images_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::copy_if(kImages.begin(), kImages.end(), std::back_inserter(names),
               [&](const std::string& name) { return stamp_of(folder / name).has_value(); });
  return names;
}

/// The images of the data it was trained on; 0 where the run does not say.
std::uint64_t images_of(const json& environment) {
  const json::json_pointer place("/data/images");
  return environment.contains(place) && environment[place].is_number_unsigned()
             ? environment[place].get<std::uint64_t>()
             : 0;
}

/// The step it has come to. A sample is written at the very end, metrics are logged some steps apart.
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

/// How the run stands. What says that it waits or runs and is held by nobody was lost.
RunStanding state_of(const RunSnapshot& now, double progress) {
  using train::RunPhase;
  if (!now.state) {
    return now.running ? RunStanding::kRunning : progress >= 1 ? RunStanding::kDone : RunStanding::kStopped;
  }
  const RunPhase phase = now.state->phase;
  if (now.running) return phase == RunPhase::kWaiting ? RunStanding::kWaiting : RunStanding::kRunning;
  if (phase == RunPhase::kWaiting || phase == RunPhase::kRunning) return RunStanding::kLost;
  return *config::value_named<RunStanding>(train::phase_name(phase));
}

/// Whether it can go on: not what runs or has all its steps, nor what never came to a checkpoint.
bool is_resumable(const RunSnapshot& now, RunStanding state) {
  return now.checkpoint &&
         (state == RunStanding::kStopped || state == RunStanding::kFailed || state == RunStanding::kLost);
}

/// Where this machine keeps its data and what was typed here is nobody else's business.
void without_paths(json& environment) {
  if (!environment.is_object()) return;
  for (const char* key : {"command", "earlier"}) environment.erase(key);
  for (const auto& [section, key] :
       {std::pair("data", "path"), std::pair("source", "path"), std::pair("from", "file")}) {
    if (environment.contains(section) && environment[section].is_object()) environment[section].erase(key);
  }
}

/// Columns of which the greatest value is the best one.
const std::set<std::string>& more_is_better() {
  static const auto columns = [] {
    std::set<std::string> out;
    for (const auto& measure : quality::all_measures()) {
      if (measure.more_is_better) out.insert(measure.column);
    }
    return out;
  }();
  return columns;
}

/// The best value of a column; NaN where it has none, or where none is better than another. No thinning loses it.
double best_of(const RunSnapshot& now, const std::string& column) {
  for (const char* other : {"step", "epoch", "images", "seconds", "images_per_s"}) {
    if (column == other) return NAN;
  }
  double best = NAN;
  const bool more = more_is_better().contains(column);
  for (const double value : *now.table->thinned.find(column)) {
    if (std::isnan(best) || (more ? value > best : value < best)) best = value;
  }
  return best;
}

void add_kept(const Kept& kept, RunOverview& out) {
  if (!kept.title.empty()) out.title = kept.title;
  if (!kept.note.empty()) out.note = kept.note;
  out.tags = kept.tags;
  out.pinned = kept.pinned;
  out.archived = kept.archived;
}

RunOverview overview_of(const std::string& id, const RunSnapshot& now) {
  const double progress = progress_of(now), seconds = now.last("seconds");
  RunOverview out;
  out.id = id;
  const json recipe = now.environment.is_object() ? now.environment.value("recipe", json()) : json();
  if (recipe.is_string()) out.recipe = recipe.get<std::string>();
  out.state = state_of(now, progress);
  out.resumable = is_resumable(now, out.state);
  if (now.state && !now.state->why.empty()) out.why = now.state->why;
  if (now.health) out.health = now.health->what;
  out.step = step_reached(now);
  out.epoch = now.last("epoch");
  out.progress = progress;
  out.images_per_s = now.last("images_per_s");
  out.seconds = seconds;
  if (now.running && progress > 0) out.seconds_left = seconds * (1 - progress) / progress;
  out.rows = now.rows();
  for (const auto& column : now.table ? now.table->thinned.columns : std::vector<std::string>()) {
    out.last[column] = now.last(column);
    const double best = best_of(now, column);
    if (std::isfinite(best)) out.best[column] = best;
  }
  const json start = now.environment.is_object() ? now.environment.value("start", json()) : json();
  if (start.is_string()) out.started = start.get<std::string>();
  add_kept(now.kept, out);
  if (!now.samples.empty()) out.sample = now.samples.back();
  return out;
}

}  // namespace

double RunSnapshot::last(const std::string& column) const {
  if (!table) return NAN;
  const auto found = table->last.find(column);
  return found == table->last.end() ? NAN : found->second;
}

Run::Run(std::string id, fs::path folder, std::shared_ptr<TableMemory> memory)
    : id_(std::move(id)),
      folder_(std::move(folder)),
      table_(std::make_shared<RunTable>(folder_, std::move(memory))),
      snapshot_(std::make_shared<RunSnapshot>()) {}

TablePtr Run::metrics() const {
  if (!snapshot()->table) return std::make_shared<const train::MetricsData>();
  try {
    return table_->read();
  } catch (const Error& error) {  // gone since, or damaged: the next look says so
    spdlog::warn("{}", error.what());
    return std::make_shared<const train::MetricsData>();
  }
}

void Run::refresh() {
  const auto before = snapshot();
  auto next = std::make_shared<RunSnapshot>(*before);
  bool changed = before->overview.id.empty();  // the first look
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
  const auto text = [&](const char* name, std::uint64_t most) {
    const Bytes bytes = read_below(folder_, name, most);
    return std::string(bytes.begin(), bytes.end());
  };
  when_changed(train::kMetricsFile, metrics_stamp_, [&](const fs::path&, bool there) {
    next->table = nullptr;
    if (there) next->table = std::make_shared<const TableSummary>(summary_of(*table_->read()));
  });
  when_changed(train::kRecipeFile, recipe_stamp_, [&](const fs::path&, bool there) {
    next->recipe = there ? text(train::kRecipeFile, kMaxText) : "";
    next->settings = settings_of(next->recipe);
  });
  when_changed(kEnvironmentFile, environment_stamp_, [&](const fs::path& file, bool there) {
    next->environment = there ? parse_json(text(kEnvironmentFile, kMaxText), file.string()) : json();
  });
  when_changed(train::kStateFile, state_stamp_, [&](const fs::path&, bool there) {
    next->state = there ? train::parse_run_state(text(train::kStateFile, kMaxText)) : std::nullopt;
  });
  when_changed(train::kHealthFile, health_stamp_, [&](const fs::path&, bool there) {
    next->health = there ? train::parse_health(text(train::kHealthFile, kMaxText)) : std::nullopt;
  });
  when_changed(kKeptFile, kept_stamp_, [&](const fs::path&, bool there) {
    next->kept = there ? parse_kept(text(kKeptFile, kMaxText)) : Kept{};
  });
  without_paths(next->environment);
  next->running = is_locked(folder_);
  next->checkpoint = !next->running && !train::checkpoints_of(folder_).empty();
  next->samples = samples_in(folder_ / "samples");
  next->images = images_in(folder_);
  const bool keeps = access(folder_.c_str(), W_OK) == 0;
  changed = changed || next->checkpoint != before->checkpoint || keeps != before->overview.keeps;
  changed =
      changed || next->running != before->running || next->samples != before->samples || next->images != before->images;
  if (!changed) return;
  next->overview = overview_of(id_, *next);
  next->overview.keeps = keeps;
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(next);
}

std::shared_ptr<const RunSnapshot> Run::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

fs::path Run::image_file(const std::string& name) const {
  const auto now = snapshot();
  // Only names this program found itself ever become paths.
  const auto holds = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (holds(now->samples)) return folder_ / "samples" / name;
  if (holds(now->images)) return folder_ / name;
  throw Problem(404, "the run has no such image");
}

MetricsAnswer metrics_answer(const train::MetricsData& metrics, std::size_t first, std::size_t most) {
  MetricsAnswer out;
  out.first = std::min(first, metrics.rows());
  out.rows = out.first + std::min(most, metrics.rows() - out.first);
  for (size_t column = 0; column < metrics.columns.size(); ++column) {
    auto& values = out.columns[metrics.columns[column]];
    for (size_t row = out.first; row < out.rows; ++row) values.emplace_back(metrics.values[column][row]);
  }
  return out;
}

std::uint64_t metrics_text_bytes(const train::MetricsData& metrics, std::size_t first) {
  constexpr std::uint64_t kLongestNumber = 26, kLongestName = 6;  // "-2.2250738585072014e-308,"; six bytes for one
  std::uint64_t names = 0;
  for (const auto& name : metrics.columns) names += kLongestName * name.size() + 8;
  return 100 + names + (metrics.rows() - std::min(first, metrics.rows())) * metrics.columns.size() * kLongestNumber;
}

std::string metrics_text(const train::MetricsData& metrics, std::size_t first) {
  first = std::min(first, metrics.rows());
  std::string out = fmt::format(R"({{"first":{},"rows":{},"columns":{{)", first, metrics.rows());
  for (size_t column = 0; column < metrics.columns.size(); ++column) {
    out += column == 0 ? "" : ",";
    out += json(metrics.columns[column]).dump(-1, ' ', true, json::error_handler_t::replace) + ":[";
    for (size_t row = first; row < metrics.rows(); ++row) {
      const double value = metrics.values[column][row];
      if (row > first) out += ',';
      if (std::isfinite(value))
        fmt::format_to(std::back_inserter(out), "{}", value);
      else
        out += "null";
    }
    out += ']';
  }
  return out + "}}\n";
}

}  // namespace ganymede::serve
