// How a caller watches an operation and ends it early: per call, never for the whole process. Installed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "ganymede/core/task.h"

namespace ganymede::operations {

using ganymede::Cancelled;
using ganymede::CancelToken;

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
  /// What the operation's thread is told and tells meanwhile: this token, and, where there is a callback, the progress
  /// of each stretch of its work in turn.
  TaskScope scope() const;
  /// The same for an operation that reports by itself: where there is a callback, it alone hears.
  TaskScope own_scope() const;
};

/// What one job may ask for besides images.
struct JobTerms {
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();  ///< Late if not begun
  CancelToken cancel = {};  ///< where it was cancelled before it began: Cancelled
  std::string client = {};  ///< for whom it is, whatever that means to the caller: clients take turns
};

namespace detail {

class CallbackDisplay : public ProgressDisplay {
 public:
  CallbackDisplay(ProgressCallback callback, std::uint64_t total) : callback_(std::move(callback)), total_(total) {}
  void update(std::uint64_t done, const std::string&) override { callback_(done, total_); }

 private:
  ProgressCallback callback_;
  std::uint64_t total_;
};

}  // namespace detail

inline TaskScope Control::scope() const {
  if (!progress) return TaskScope(cancel);
  return TaskScope(cancel, [heard = progress](const Stretch& stretch) {
    return std::make_unique<detail::CallbackDisplay>(heard, stretch.total);
  });
}

inline TaskScope Control::own_scope() const {
  if (!progress) return TaskScope(cancel);
  return TaskScope(cancel, [](const Stretch&) { return nullptr; });
}

}  // namespace ganymede::operations
