// Samples of a run as small images for a list.
#pragma once

#include <map>
#include <mutex>

#include "ganymede/serve/run.h"

namespace ganymede::serve {

/// The first images of a run's newest sample, as they are where they are small: a PNG of about 64 pixels a side. It is
/// made when it is first asked for and kept until there is a newer sample.
class Thumbnails {
 public:
  /// Throws Problem 404 where the run has no sample, or none that can be read.
  Bytes of(const Run& run);

 private:
  struct Kept {
    std::string sample;
    Bytes png;
  };
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;  ///< by run
};

}  // namespace ganymede::serve
