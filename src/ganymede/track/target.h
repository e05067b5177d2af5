// Where a run is tracked, and what the surroundings say of it: the variables that MLflow's own clients read.
#pragma once

#include <string>

namespace ganymede::track {

/// An MLflow server: its address, without a slash behind it.
struct Target {
  std::string url;
};

/// Reads "mlflow=URL", or "mlflow" where MLFLOW_TRACKING_URI names the address. Throws UsageError for anything else,
/// for an address with a user name or a password, which would end up in files and lists of processes (none of it is in
/// the message), and in a build without libcurl.
Target parse_target(const std::string& text);

/// Whether it is the address of something at an http or https server, without a space or quote in it.
bool is_address(const std::string& url);

struct Credentials {
  std::string user = {}, password = {};  ///< MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD
  std::string token = {};                ///< MLFLOW_TRACKING_TOKEN
  std::string certificates = {};         ///< MLFLOW_TRACKING_SERVER_CERT_PATH
  bool check_certificate = true;         ///< false where MLFLOW_TRACKING_INSECURE_TLS is "true"
};

/// They are never written anywhere.
Credentials credentials_of_environment();
/// MLFLOW_EXPERIMENT_NAME, else "ganymede".
std::string experiment_of_environment();

}  // namespace ganymede::track
