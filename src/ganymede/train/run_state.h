// state.json of a run folder: how the run stands, for whoever looks from outside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace ganymede::train {

inline constexpr const char* kStateFile = "state.json";

/// A run that says it waits or runs while no process holds its folder was lost: killed, or its machine went down.
enum class RunPhase {
  kWaiting,  ///< holds the folder, prepares what comes before the first step
  kRunning,
  kDone,     ///< every step, image and file is there: written last
  kStopped,  ///< by a signal, and saved
  kFailed    ///< `why` says it
};

struct RunState {
  RunPhase phase = RunPhase::kWaiting;
  std::uint64_t step = 0;   ///< when this was written
  std::uint64_t steps = 0;  ///< in all
  std::string why = {};     ///< of a failure: what happened, without places of this machine
};

/// "waiting", "running", "done", "stopped" or "failed".
const char* phase_name(RunPhase phase);

void write_run_state(const std::filesystem::path& run, const RunState& state);
/// Nothing where the text is no state.
std::optional<RunState> parse_run_state(std::string_view text);
/// Nothing where the run has none or it cannot be read: runs of earlier versions.
std::optional<RunState> read_run_state(const std::filesystem::path& run);

}  // namespace ganymede::train
