// How often a classifier is right. Installed.
#pragma once

#include <string>

namespace ganymede::train {

/// How often a classifier is right, and about what: "test split", or "its own training images" where there is no other.
struct Accuracy {
  double share = 0;  ///< 0 to 1
  std::string of;
};

}  // namespace ganymede::train
