// ganymede track RUN
#include <filesystem>
#include <optional>

#include "cli/command.h"
#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/track/mlflow_sender.h"
#include "ganymede/train/run_files.h"

namespace ganymede::cli {
namespace {

namespace fs = std::filesystem;

struct TrackOptions {
  std::string run, to;
};

void track_run(const TrackOptions& options) {
  const fs::path run = options.run;
  if (!fs::exists(run / train::kRecipeFile))
    throw Error("not a run folder: it has no recipe.toml", options.run, "name a folder that `ganymede train` wrote");
  std::optional<track::Target> target;
  if (!options.to.empty()) target = track::parse_target(options.to);
  track::MlflowSender sender(run, target);
  sender.send(is_locked(run) ? std::nullopt : std::optional(track::end_of(run)));
  const auto& state = sender.state();
  fmt::print("sent {} of {} to {}: experiment {}, run {}, {}\n", track::words_of(sender.sent()), options.run, state.url,
             state.experiment, state.run_id, state.status);
}

}  // namespace

void add_track(CLI::App& app) {
  auto options = std::make_shared<TrackOptions>();
  app.add_option("RUN", options->run, "a run folder")->required();
  app.add_option("--to", options->to,
                 "mlflow=URL, or mlflow where MLFLOW_TRACKING_URI names it; where it was sent before, unless given");
  app.callback([options] { track_run(*options); });
}

}  // namespace ganymede::cli
