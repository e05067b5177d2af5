#include "ganymede/track/mlflow_client.h"

#include <fmt/format.h>

#include "ganymede/core/http_request.h"
#include "ganymede/core/json_text.h"

namespace ganymede::track {
namespace {

using nlohmann::json;

constexpr const char* kApi = "/api/2.0/mlflow/";
constexpr const char* kProxied = "mlflow-artifacts:/";
constexpr int kNotFound = 404;

/// MLflow's message for what it refuses; empty where the answer is not MLflow's.
std::string message_of(const std::string& body) {
  const auto answer = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object()) return "";
  auto message = text_at(answer, "message");
  constexpr size_t kLongest = 300;
  if (message.size() > kLongest) message = message.substr(0, kLongest) + "...";
  return message.empty() ? text_at(answer, "error_code") : message;
}

std::string hint_for(int code, bool of_mlflow) {
  if (code == 401 || code == 403)
    return "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN";
  if (code >= 300 && code < 400) return "give the address that it sends to";
  return of_mlflow ? "" : "check the address: it is no MLflow server's";
}

json texts(const Texts& pairs) {
  json out = json::array();
  for (const auto& [key, value] : pairs) out.push_back({{"key", key}, {"value", value}});
  return out;
}

/// Whole numbers of 64 bits are texts in some servers' JSON.
std::optional<std::uint64_t> whole(const json& value) {
  if (value.is_number()) return value.get<std::uint64_t>();
  if (!value.is_string()) return std::nullopt;
  return std::strtoull(value.get<std::string>().c_str(), nullptr, 10);
}

MlflowClient::Run run_of(const json& run) {
  const auto info = run.value("info", json::object());
  MlflowClient::Run out{text_at(info, "run_id"), text_at(info, "artifact_uri"),
                        text_at(info, "lifecycle_stage") == "deleted", std::nullopt};
  for (const auto& metric : run.value("data", json::object()).value("metrics", json::array())) {
    if (text_at(metric, "key") == "epoch") out.step = whole(metric.value("step", json(0)));  // every row has it
  }
  return out;
}

}  // namespace

MlflowClient::MlflowClient(Target target, Credentials credentials, std::function<bool()> broken_off)
    : target_(std::move(target)), credentials_(std::move(credentials)), broken_off_(std::move(broken_off)) {}

std::string MlflowClient::exchange(const char* method, const std::string& path, const std::string& body,
                                   const std::filesystem::path& file) const {
  const HttpAnswer answer = send({.method = method,
                                  .url = target_.url + path,
                                  .body = body,
                                  .file = file,
                                  .user = credentials_.user,
                                  .password = credentials_.password,
                                  .token = credentials_.token,
                                  .certificates = credentials_.certificates,
                                  .check_certificate = credentials_.check_certificate,
                                  .broken_off = broken_off_});
  if (answer.code == 0)
    throw Unsent(0, fmt::format("MLflow cannot be reached ({})", answer.failure), target_.url, "is it running?");
  if (answer.code >= 200 && answer.code < 300) return answer.body;
  const auto message = message_of(answer.body);
  throw Unsent(answer.code,
               fmt::format("MLflow does not take it (HTTP {}{}{})", answer.code, message.empty() ? "" : ": ", message),
               target_.url, hint_for(answer.code, !message.empty()));
}

json MlflowClient::call(const char* method, const std::string& path, const char* wanted, const json& body) const {
  const auto text = exchange(method, kApi + path,
                             body.is_null() ? "" : body.dump(-1, ' ', false, json::error_handler_t::replace), {});
  const auto answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || (wanted != nullptr && !answer.contains(wanted)))
    throw Unsent(200, "the answer is not MLflow's", target_.url, hint_for(200, false));
  return wanted == nullptr ? answer : answer[wanted];
}

std::string MlflowClient::experiment(const std::string& name) const {
  const auto by_name = "experiments/get-by-name?experiment_name=" + percent_encoded(name);
  const auto known = [&]() -> std::string {
    const auto found = call("GET", by_name, "experiment");
    if (text_at(found, "lifecycle_stage") == "deleted") {
      throw Unsent(kNotFound, fmt::format("MLflow's experiment '{}' is deleted", name), target_.url,
                   "restore it, or name another one with MLFLOW_EXPERIMENT_NAME");
    }
    return text_at(found, "experiment_id");
  };
  try {
    return known();
  } catch (const Unsent& error) {
    if (error.code() != kNotFound || error.what_happened().ends_with("is deleted")) throw;
  }
  try {
    return call("POST", "experiments/create", "experiment_id", {{"name", name}}).get<std::string>();
  } catch (const Unsent& error) {
    if (error.code() != 400) throw;
    return known();  // another client was faster
  }
}

MlflowClient::Run MlflowClient::create_run(const std::string& experiment, const std::string& name, std::int64_t start,
                                           const Texts& tags) const {
  return run_of(
      call("POST", "runs/create", "run",
           {{"experiment_id", experiment}, {"run_name", name}, {"start_time", start}, {"tags", texts(tags)}}));
}

std::optional<MlflowClient::Run> MlflowClient::find_run(const std::string& experiment, const std::string& tag,
                                                        const std::string& value) const {
  const auto found = call(
      "POST", "runs/search", nullptr,
      {{"experiment_ids", {experiment}}, {"filter", fmt::format("tags.`{}` = '{}'", tag, value)}, {"max_results", 1}});
  const auto runs = found.value("runs", json::array());
  return runs.empty() ? std::nullopt : std::optional(run_of(runs.front()));
}

std::optional<MlflowClient::Run> MlflowClient::run(const std::string& id) const {
  try {
    return run_of(call("GET", "runs/get?run_id=" + percent_encoded(id), "run"));
  } catch (const Unsent& error) {
    if (error.code() == kNotFound && error.hint().empty()) return std::nullopt;
    throw;
  }
}

void MlflowClient::log_metrics(const std::string& id, const json& metrics) const {
  call("POST", "runs/log-batch", nullptr, {{"run_id", id}, {"metrics", metrics}});
}

void MlflowClient::log_parameters(const std::string& id, const Texts& parameters) const {
  call("POST", "runs/log-batch", nullptr, {{"run_id", id}, {"params", texts(parameters)}});
}

void MlflowClient::set_status(const std::string& id, const std::string& status, std::optional<std::int64_t> end) const {
  json body{{"run_id", id}, {"status", status}};
  if (end) body["end_time"] = *end;
  call("POST", "runs/update", nullptr, body);
}

bool MlflowClient::takes_files(const std::string& artifacts) {
  // With two slashes a host follows, which may be another one.
  return artifacts.starts_with(kProxied) && !artifacts.starts_with("mlflow-artifacts://");
}

void MlflowClient::put_file(const std::string& artifacts, const std::string& name,
                            const std::filesystem::path& file) const {
  std::string path = "/api/2.0/mlflow-artifacts/artifacts", whole_name = artifacts.substr(std::string(kProxied).size());
  whole_name += "/" + name;
  for (size_t begin = 0; begin <= whole_name.size();) {
    const auto end = std::min(whole_name.find('/', begin), whole_name.size());
    path += "/" + percent_encoded(whole_name.substr(begin, end - begin));
    begin = end + 1;
  }
  exchange("PUT", path, {}, file);
}

}  // namespace ganymede::track
