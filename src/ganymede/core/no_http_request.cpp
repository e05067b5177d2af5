// Stands in for http_request.cpp in builds without libcurl.
#include "ganymede/core/error.h"
#include "ganymede/core/http_request.h"

namespace ganymede {

bool has_http() {
  return false;
}

HttpAnswer send(const HttpRequest& request) {
  throw Error("this build cannot send requests", request.url,
              "build with -DGANYMEDE_FETCH=ON (Debian package libcurl4-openssl-dev)");
}

}  // namespace ganymede
