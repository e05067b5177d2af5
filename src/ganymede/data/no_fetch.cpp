// Stands in for fetch.cpp in builds without libcurl.
#include "ganymede/core/error.h"
#include "ganymede/data/fetch.h"

namespace ganymede::data {

bool fetch_file(const Download& download, const FetchOptions&) {
  throw Error(
      "this build cannot download", download.url,
      "build with -DGANYMEDE_FETCH=ON (Debian package libcurl4-openssl-dev), or download the file by other means");
}

}  // namespace ganymede::data
