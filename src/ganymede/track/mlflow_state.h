// track/mlflow.json of a run folder: which MLflow run it is, and how far the server has it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace ganymede::track {

struct MlflowState {
  std::string url = {};         ///< the server's address
  std::string experiment = {};  ///< its name
  std::string key = {};         ///< a tag of the run, by which it is found again where its id was not heard of
  std::string run_id = {};      ///< empty before there is one
  std::string artifacts = {};   ///< where the server keeps its files
  std::string status = {};      ///< what the server was told last: RUNNING, FINISHED, FAILED or KILLED
  bool parameters = false;      ///< whether they are there
  std::optional<std::uint64_t> step = {};    ///< rows of metrics.csv up to it are there
  std::map<std::string, std::string> files;  ///< what is there, with size and time of change

  bool operator==(const MlflowState&) const = default;
};

/// "RUN/track", which a process holds while it sends, and the state in it.
std::filesystem::path track_folder(const std::filesystem::path& run);
std::filesystem::path mlflow_state_file(const std::filesystem::path& run);

void write_mlflow_state(const std::filesystem::path& run, const MlflowState& state);
/// Nothing where there is none. Throws Error for one that cannot be read: a new one would send everything again.
std::optional<MlflowState> read_mlflow_state(const std::filesystem::path& run);

}  // namespace ganymede::track
