// Stands in for lsun.cpp in builds without LMDB.
#include "ganymede/core/error.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {

Listed list_lsun(DatasetOptions& options) {
  throw Error("this build cannot read LSUN's databases", options.path.string(),
              "build with -DGANYMEDE_LSUN=ON (Debian package liblmdb-dev)");
}

}  // namespace ganymede::data
