#include "ganymede/track/mlflow_state.h"

#include "ganymede/core/error.h"
#include "ganymede/core/files.h"
#include "ganymede/core/json_text.h"

namespace ganymede::track {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxStateBytes = 64 << 20;

}  // namespace

fs::path track_folder(const fs::path& run) {
  return run / "track";
}

fs::path mlflow_state_file(const fs::path& run) {
  return track_folder(run) / "mlflow.json";
}

void write_mlflow_state(const fs::path& run, const MlflowState& s) {
  nlohmann::ordered_json out{{"url", s.url},
                             {"experiment", s.experiment},
                             {"key", s.key},
                             {"run_id", s.run_id},
                             {"artifacts", s.artifacts},
                             {"status", s.status},
                             {"parameters", s.parameters},
                             {"step", nullptr},
                             {"files", s.files}};
  if (s.step) out["step"] = *s.step;
  write_file(mlflow_state_file(run), json_file_text(out));
}

std::optional<MlflowState> read_mlflow_state(const fs::path& run) {
  const fs::path file = mlflow_state_file(run);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  const Bytes bytes = read_file(file, kMaxStateBytes);
  try {
    const auto json = parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
    MlflowState s{.url = json.at("url").get<std::string>(),
                  .experiment = json.at("experiment").get<std::string>(),
                  .key = json.at("key").get<std::string>(),
                  .run_id = json.at("run_id").get<std::string>(),
                  .artifacts = json.at("artifacts").get<std::string>(),
                  .status = json.at("status").get<std::string>(),
                  .parameters = json.at("parameters").get<bool>(),
                  .step = {},
                  .files = json.at("files").get<std::map<std::string, std::string>>()};
    if (!json.at("step").is_null()) s.step = json.at("step").get<std::uint64_t>();
    return s;
  } catch (const std::exception&) {
    throw Error("what it says of the MLflow run cannot be understood", file.string(),
                "remove it, and the run is sent anew as another one");
  }
}

}  // namespace ganymede::track
