// One request to an HTTP server, with a whole answer.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace ganymede {

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};
  std::string body = {};            ///< JSON; none where it is empty
  std::filesystem::path file = {};  ///< sent as the body instead, read as it is sent
  std::string user = {}, password = {};
  std::string token = {};         ///< a bearer token, instead of user and password
  std::string certificates = {};  ///< a file of trusted certificates; the system's unless given
  bool check_certificate = true;
  long connect_seconds = 5;
  long idle_seconds = 30;                 ///< nothing sent or received for so long breaks it off
  std::function<bool()> broken_off = {};  ///< asked about once a second: true ends the request
};

struct HttpAnswer {
  int code = 0;              ///< 0: there was no answer
  std::string body = {};     ///< of 16 MiB at most
  std::string failure = {};  ///< why there was none
};

/// Whether this build has HTTP (GANYMEDE_FETCH).
bool has_http();

/// Redirects are not followed: their code is the answer. Throws Error for a file that cannot be read, and in a build
/// without libcurl.
HttpAnswer send(const HttpRequest& request);

/// One segment of an address' path, or a value of its query: all but letters, digits and "-._~" as %XX.
std::string percent_encoded(const std::string& text);

}  // namespace ganymede
