// What of MLflow's REST API (2.0) a run needs. https://mlflow.org/docs/latest/rest-api.html
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "ganymede/core/error.h"
#include "ganymede/track/run_content.h"
#include "ganymede/track/target.h"

namespace ganymede::track {

/// What a server did not take. Away: there was no answer, or one of trouble of its own; the same may do another time.
/// Otherwise it refuses, and will again.
class Unsent : public Error {
 public:
  Unsent(int code, std::string what, std::string where, std::string hint)
      : Error(std::move(what), std::move(where), std::move(hint)), code_(code) {}
  bool away() const { return code_ == 0 || code_ == 408 || code_ == 429 || code_ >= 500; }
  int code() const { return code_; }  ///< of HTTP; 0 where there was no answer

 private:
  int code_;
};

/// Each function throws Unsent.
class MlflowClient {
 public:
  /// `broken_off` is asked about once a second while a request waits: true ends it.
  MlflowClient(Target target, Credentials credentials, std::function<bool()> broken_off);

  struct Run {
    std::string id;
    std::string artifacts;              ///< where its files are: "mlflow-artifacts:/1/ID/artifacts"
    bool deleted = false;               ///< in the server's trash
    std::optional<std::uint64_t> step;  ///< of its newest row
  };
  /// The experiment of this name, made where there is none.
  std::string experiment(const std::string& name) const;
  Run create_run(const std::string& experiment, const std::string& name, std::int64_t start, const Texts& tags) const;
  std::optional<Run> find_run(const std::string& experiment, const std::string& tag, const std::string& value) const;
  std::optional<Run> run(const std::string& id) const;

  /// At most kMaxMetrics values: objects of key, value, timestamp and step.
  void log_metrics(const std::string& id, const nlohmann::json& metrics) const;
  /// At most kMaxParameters.
  void log_parameters(const std::string& id, const Texts& parameters) const;
  /// `end` in milliseconds since 1970.
  void set_status(const std::string& id, const std::string& status, std::optional<std::int64_t> end) const;
  /// Whether the server takes files for `artifacts`: it may have put them where only its clients can write.
  static bool takes_files(const std::string& artifacts);
  void put_file(const std::string& artifacts, const std::string& name, const std::filesystem::path& file) const;

  static constexpr size_t kMaxMetrics = 1000, kMaxParameters = 100;
  static constexpr size_t kMaxKey = 250, kMaxValue = 6000;  ///< of a parameter, in bytes

 private:
  /// The answer, or what it says under `wanted`.
  nlohmann::json call(const char* method, const std::string& path, const char* wanted,
                      const nlohmann::json& body = nullptr) const;
  std::string exchange(const char* method, const std::string& path, const std::string& body,
                       const std::filesystem::path& file) const;

  Target target_;
  Credentials credentials_;
  std::function<bool()> broken_off_;
};

}  // namespace ganymede::track
