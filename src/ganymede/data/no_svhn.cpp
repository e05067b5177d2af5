// Stands in for svhn.cpp and flowers102.cpp in builds without matio.
#include "ganymede/core/error.h"
#include "ganymede/data/image_store.h"
#include "ganymede/data/sources.h"

namespace ganymede::data {

std::shared_ptr<const Dataset> open_svhn(const DatasetOptions& options) {
  throw Error("this build cannot read SVHN's .mat files", options.path.string(),
              "build with -DGANYMEDE_SVHN=ON (Debian package libmatio-dev)");
}

Listed list_flowers102(DatasetOptions& options) {
  throw Error("this build cannot read the flowers' .mat files", options.path.string(),
              "build with -DGANYMEDE_SVHN=ON (Debian package libmatio-dev)");
}

}  // namespace ganymede::data
