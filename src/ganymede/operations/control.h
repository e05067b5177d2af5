// How a caller watches an operation and ends it early: per call, never for the whole process. Installed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "ganymede/core/error.h"

namespace ganymede::operations {

/// What an operation ends in when its token was cancelled.
class Cancelled : public Error {
 public:
  Cancelled() : Error("cancelled") {}
};

/// Too much waits to be generated already.
class Busy : public Error {
 public:
  Busy() : Error("too much is waiting to be generated", {}, "try again in a moment") {}
};

/// What waited was not begun by its deadline.
class Late : public Error {
 public:
  Late() : Error("generation could not begin in time", {}, "try again in a moment") {}
};

/// Copies share one wish to stop; it may be made from any thread, and is never taken back.
class CancelToken {
 public:
  void cancel() const { *wish_ = true; }
  bool cancelled() const { return *wish_; }

 private:
  std::shared_ptr<std::atomic<bool>> wish_ = std::make_shared<std::atomic<bool>>(false);
};

/// Hears how much of how much is done, on the thread that does it. In steps of the operation: images, search steps.
using ProgressCallback = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct Control {
  CancelToken cancel = {};
  ProgressCallback progress = {};

  /// Throws Cancelled once that was asked for.
  void check() const {
    if (cancel.cancelled()) throw Cancelled();
  }
  void report(std::uint64_t done, std::uint64_t total) const {
    if (progress) progress(done, total);
  }
};

/// What one job may ask for besides images.
struct JobTerms {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();  ///< Late if not begun
  CancelToken cancel = {};  ///< where it was cancelled before it began: Cancelled
};

}  // namespace ganymede::operations
