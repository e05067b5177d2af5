// Batch norms that learn the statistics of a network as it is, without training it.
#pragma once

#include <optional>

namespace ganymede::nn {

/// While one lives, batch norms that run on this thread use their batch's own statistics, training or not, and move
/// their running ones by `share` towards them: 1 / k at the k-th of several batches makes those the mean over the
/// batches, 0 leaves them alone. Everything else in a pass stays as its ForwardContext says: dropout, for one, is off
/// in evaluation.
class StatisticsScope {
 public:
  explicit StatisticsScope(double share) : before_(current()) { current() = share; }
  ~StatisticsScope() { current() = before_; }
  StatisticsScope(const StatisticsScope&) = delete;
  StatisticsScope& operator=(const StatisticsScope&) = delete;

  /// The share of the innermost one; nothing outside any.
  static std::optional<double>& current() {
    thread_local std::optional<double> share;
    return share;
  }

 private:
  std::optional<double> before_;
};

}  // namespace ganymede::nn
