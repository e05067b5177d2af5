#include "ganymede/track/target.h"

#include <fmt/format.h>

#include <cstdlib>

#include "ganymede/core/error.h"
#include "ganymede/core/http_request.h"

namespace ganymede::track {
namespace {

constexpr const char* kHint = "write --track mlflow=http://HOST:PORT";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

bool is_address(const std::string& url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return false;
  const auto host = url.find("://") + 3;
  if (host == url.size() || url[host] == '/' || url[host] == ':') return false;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) return false;
  }
  return url.find_first_of("\"'<>\\^`{|}") == std::string::npos;
}

Target parse_target(const std::string& text) {
  if (!has_http()) {
    throw UsageError("this build cannot send to MLflow", {},
                     "build with -DGANYMEDE_FETCH=ON (Debian package libcurl4-openssl-dev)");
  }
  std::string url;
  if (text == "mlflow") {
    url = variable("MLFLOW_TRACKING_URI");
    if (url.empty()) throw UsageError("'mlflow' names no server, and MLFLOW_TRACKING_URI is not set", {}, kHint);
  } else if (text.starts_with("mlflow=")) {
    url = text.substr(7);
  }
  if ((text + url).find_first_of("@?#") != std::string::npos) {
    throw UsageError("an MLflow address must have no user name, password, '?' or '#' in it", {},
                     "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN; the "
                     "experiment is MLFLOW_EXPERIMENT_NAME");
  }
  if (!is_address(url)) {
    throw UsageError(text == "mlflow" ? "MLFLOW_TRACKING_URI is not the http or https address of a server"
                                      : fmt::format("'{}' is not mlflow=URL", text),
                     {}, kHint);
  }
  while (url.ends_with('/')) url.pop_back();
  return {url};
}

Credentials credentials_of_environment() {
  return {.user = variable("MLFLOW_TRACKING_USERNAME"),
          .password = variable("MLFLOW_TRACKING_PASSWORD"),
          .token = variable("MLFLOW_TRACKING_TOKEN"),
          .certificates = variable("MLFLOW_TRACKING_SERVER_CERT_PATH"),
          .check_certificate = variable("MLFLOW_TRACKING_INSECURE_TLS") != "true"};
}

std::string experiment_of_environment() {
  const auto name = variable("MLFLOW_EXPERIMENT_NAME");
  return name.empty() ? "ganymede" : name;
}

}  // namespace ganymede::track
