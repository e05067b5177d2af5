// One thread for what takes seconds and would hold up generation: looking through training images, searching for
// points.
#pragma once

#include <atomic>
#include <functional>

#include "ganymede/core/cancel.h"
#include "ganymede/serve/workers.h"

namespace ganymede::serve {

/// One task after another. Its functions may be called on any thread.
class SlowLane {
 public:
  /// `task` must not throw. Throws Problem 429 when too many wait.
  void post(std::function<void()> task);
  /// What runs and what waits is to end soon: tasks ask ending().
  void end() { ending_.cancel(); }
  const CancelToken& ending() const { return ending_; }

 private:
  const CancelToken ending_;
  std::atomic<int> waiting_ = 0;
  Workers thread_{1};  ///< last: it ends before what it counts with
};

}  // namespace ganymede::serve
