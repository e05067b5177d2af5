#include "ganymede/track/mlflow_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <utility>

#include "ganymede/core/log.h"
#include "ganymede/core/text.h"
#include "ganymede/train/run_files.h"

namespace ganymede::track {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kKeyTag = "ganymede.run";

std::string random_key() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

std::string name_of(const fs::path& run) {
  auto path = fs::absolute(run).lexically_normal();
  if (path.filename().empty()) path = path.parent_path();
  return printable(path.filename().string());
}

/// At most `longest` bytes, not cut within a character.
std::string cut(std::string text, size_t longest) {
  if (text.size() <= longest) return text;
  while (longest > 0 && (static_cast<unsigned char>(text[longest]) & 0xC0) == 0x80) --longest;
  return text.substr(0, longest);
}

void add_metrics(const train::MetricsRow& row, std::int64_t time, json& out) {
  const auto add = [&](const std::string& key, double value) {
    out.push_back({{"key", key}, {"value", value}, {"timestamp", time}, {"step", row.step}});
  };
  add("epoch", row.epoch);
  add("images", static_cast<double>(row.images));
  add("seconds", row.seconds);
  for (const auto& [key, value] : row.values) add(key, value);
}

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// Before anything is made in it.
fs::path checked(fs::path run, const std::optional<Target>& target) {
  if (!target && !read_mlflow_state(run))
    throw UsageError("this run was never sent to MLflow", run.string(), "say where to: --to mlflow=http://HOST:PORT");
  return run;
}

}  // namespace

fs::path clock_file(const fs::path& run) {
  return track_folder(run) / "clock.csv";
}

std::string words_of(const Amount& amount) {
  return fmt::format("{} and {}", counted(amount.rows, "row"), counted(amount.files, "file"));
}

MlflowSender::MlflowSender(fs::path run, const std::optional<Target>& target, std::function<bool()> broken_off)
    : run_(checked(std::move(run), target)),
      lock_(track_folder(run_)),
      state_(read_mlflow_state(run_).value_or(MlflowState{})),
      client_(target ? *target : Target{state_.url}, credentials_of_environment(), std::move(broken_off)),
      reader_(run_) {
  if (target && state_.run_id.empty()) state_.url = target->url;
  if (target && state_.url != target->url) moved_to_ = target->url;
}

void MlflowSender::send(const std::optional<RunEnd>& end) {
  if (!begun_) begin(end.has_value());
  begun_ = true;
  if (!state_.parameters) send_parameters();
  send_rows();
  std::optional<Unsent> refused;
  try {
    send_files(end.has_value());
  } catch (const Unsent& error) {
    if (error.away()) throw;
    refused = error;
  }
  if (end && state_.status != end->status) {
    client_.set_status(state_.run_id, end->status, end->time);
    state_.status = end->status;
    save();
  }
  if (refused) throw *refused;
}

void MlflowSender::save() const {
  // A folder that somebody removed is not to come back.
  if (!fs::exists(track_folder(run_))) throw Error("the run folder is gone", run_.string());
  write_mlflow_state(run_, state_);
}

void MlflowSender::begin(bool ended) {
  if (!state_.run_id.empty()) return take_up(ended);
  create();
}

/// What the server has may be more than it could confirm.
void MlflowSender::take_up(bool ended) {
  const auto found = client_.run(state_.run_id);
  if (!found && !moved_to_.empty()) {
    spdlog::info("MLflow at {} does not know this run: it is sent there as a new one", moved_to_);
    state_ = MlflowState();
    state_.url = moved_to_;
    return create();
  }
  if (!found || found->deleted) {
    throw Unsent(404, fmt::format("MLflow's run {} is deleted", state_.run_id), state_.url,
                 fmt::format("restore it, or remove {} to begin a new one", mlflow_state_file(run_).string()));
  }
  if (!moved_to_.empty()) state_.url = moved_to_;
  adopt(*found);
  if (!ended && state_.status != "RUNNING") {
    client_.set_status(state_.run_id, "RUNNING", std::nullopt);
    state_.status = "RUNNING";
  }
  save();
}

void MlflowSender::create() {
  const bool first = state_.key.empty();
  if (first) {
    state_.key = random_key();
    state_.experiment = experiment_of_environment();
    save();  // where to send it is known from now on, whether or not the server is there
  }
  const auto experiment = client_.experiment(state_.experiment);
  std::optional<MlflowClient::Run> run;
  // An earlier attempt may have made one and not have heard of it.
  if (!first) run = client_.find_run(experiment, kKeyTag, state_.key);
  if (!run) {
    Texts tags = tags_of(run_);
    tags.emplace_back(kKeyTag, state_.key);
    if (const char* user = std::getenv("USER"); user != nullptr && *user != 0) tags.emplace_back("mlflow.user", user);
    run = client_.create_run(experiment, name_of(run_), start_of(run_), tags);
  }
  state_.status = "RUNNING";
  adopt(*run);
  save();
}

void MlflowSender::adopt(const MlflowClient::Run& run) {
  state_.run_id = run.id;
  state_.artifacts = run.artifacts;
  if (run.step && (!state_.step || *state_.step < *run.step)) state_.step = run.step;
}

void MlflowSender::send_parameters() {
  const auto all = parameters_of(run_);
  try {
    for (size_t begin = 0; begin < all.size(); begin += MlflowClient::kMaxParameters) {
      Texts some;
      for (size_t i = begin; i < std::min(all.size(), begin + MlflowClient::kMaxParameters); ++i) {
        some.emplace_back(cut(all[i].first, MlflowClient::kMaxKey), cut(all[i].second, MlflowClient::kMaxValue));
      }
      client_.log_parameters(state_.run_id, some);
    }
  } catch (const Unsent& error) {
    if (error.code() != 400) throw;
    spdlog::warn("some parameters are not in MLflow, but the recipe will be: {}", error.what());
  }
  state_.parameters = true;
  save();
}

void MlflowSender::read_rows() {
  auto rows = reader_.next();
  if (rows.empty()) return;
  Clock clock(clock_file(run_));
  // Of steps before it, where tracking began later: as if they had followed one another without a break.
  const auto start = start_of(run_);
  for (auto& row : rows) {
    if (state_.step && row.step <= *state_.step) continue;
    const auto time = clock.time_of(row.seconds).value_or(start + static_cast<std::int64_t>(1000 * row.seconds));
    rows_.push_back({std::move(row), time});
  }
}

void MlflowSender::send_rows() {
  while (true) {
    if (rows_.empty()) read_rows();
    if (rows_.empty()) return;
    json metrics = json::array();
    size_t count = 0;
    while (count < rows_.size() && metrics.size() + rows_[count].row.values.size() + 3 <= MlflowClient::kMaxMetrics) {
      add_metrics(rows_[count].row, rows_[count].time, metrics);
      ++count;
    }
    client_.log_metrics(state_.run_id, metrics);
    state_.step = rows_[count - 1].row.step;
    save();
    sent_.rows += count;
    rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

void MlflowSender::send_files(bool ended) {
  if (!MlflowClient::takes_files(state_.artifacts)) {
    if (!said_no_files_)
      spdlog::info(
          "MLflow keeps files of this experiment at {}, out of reach of its server: images and models stay here",
          printable(state_.artifacts));
    said_no_files_ = true;
    return;
  }
  std::optional<Unsent> refused;
  const auto before = sent_.files;
  for (const auto& [name, stamp] : files_of(run_, ended)) {
    if (const auto there = state_.files.find(name); there != state_.files.end() && there->second == stamp) continue;
    try {
      client_.put_file(state_.artifacts, name, run_ / name);
      state_.files[name] = stamp;
      ++sent_.files;
    } catch (const Unsent& error) {
      if (sent_.files > before && error.away()) save();
      if (error.away()) throw;
      if (!refused) refused = error;
    }
  }
  if (sent_.files > before) save();
  if (refused) throw *refused;
}

Amount MlflowSender::waiting(bool ended) const {
  Amount amount;
  RowReader reader(run_);
  for (auto rows = reader.next(); !rows.empty(); rows = reader.next()) {
    amount.rows += static_cast<std::uint64_t>(std::count_if(
        rows.begin(), rows.end(), [&](const auto& row) { return !state_.step || row.step > *state_.step; }));
  }
  if (!state_.artifacts.empty() && !MlflowClient::takes_files(state_.artifacts)) return amount;
  for (const auto& [name, stamp] : files_of(run_, ended)) {
    const auto there = state_.files.find(name);
    amount.files += there == state_.files.end() || there->second != stamp ? 1 : 0;
  }
  return amount;
}

}  // namespace ganymede::track
