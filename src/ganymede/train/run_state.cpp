#include "ganymede/train/run_state.h"

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"

namespace ganymede::train {
namespace {

constexpr std::uint64_t kMaxStateBytes = 64 << 10;
constexpr std::pair<RunPhase, const char*> kPhases[] = {{RunPhase::kWaiting, "waiting"},
                                                        {RunPhase::kRunning, "running"},
                                                        {RunPhase::kDone, "done"},
                                                        {RunPhase::kStopped, "stopped"},
                                                        {RunPhase::kFailed, "failed"}};

}  // namespace

const char* phase_name(RunPhase phase) {
  for (const auto& [known, name] : kPhases) {
    if (known == phase) return name;
  }
  return "";
}

void write_run_state(const std::filesystem::path& run, const RunState& state) {
  nlohmann::ordered_json out{{"state", phase_name(state.phase)}, {"step", state.step}, {"steps", state.steps}};
  if (!state.why.empty()) out["why"] = state.why;
  write_file(run / kStateFile, out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::optional<RunState> parse_run_state(std::string_view text) {
  try {
    const auto json = parse_json(text, kStateFile);
    const std::string name = json.at("state").get<std::string>();
    for (const auto& [phase, known] : kPhases) {
      if (name != known) continue;
      return RunState{phase, json.at("step").get<std::uint64_t>(), json.at("steps").get<std::uint64_t>(),
                      json.value("why", std::string())};
    }
  } catch (const std::exception&) {  // whatever it is, it is no state
  }
  return std::nullopt;
}

std::optional<RunState> read_run_state(const std::filesystem::path& run) {
  try {
    const Bytes bytes = read_file(run / kStateFile, kMaxStateBytes);
    return parse_run_state({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace ganymede::train
