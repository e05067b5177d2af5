// Gradients become their means over all processes, while the backward pass still makes others.
#pragma once

#include <vector>

#include "ganymede/distributed/group.h"

namespace ganymede::distributed {

/// Parameters lie in buckets of a megabyte or more, the last ones first, as a backward pass comes by them. A bucket
/// whose gradients are all there goes to the other processes at once (Li et al. 2020, "PyTorch Distributed").
class GradientMean {
 public:
  /// `parameters` are leaves that ask for gradients now; later they may stop and begin again. Group and parameters must
  /// outlive this.
  GradientMean(const Group& group, std::vector<Tensor> parameters);
  ~GradientMean();
  GradientMean(const GradientMean&) = delete;
  GradientMean& operator=(const GradientMean&) = delete;

  /// The next backward pass is the last before an update: with what was added up in grad() before, its gradients are
  /// the ones to exchange.
  void begin();
  /// Waits; grad() of each parameter that got one is then the mean over all processes. Throws PeerLost.
  void finish();

 private:
  struct Slot {
    Tensor parameter, values;  ///< values: its place in the bucket, as the parameter's shape
    std::size_t bucket = 0;
    unsigned hook = 0;
    bool there = false;
  };
  struct Bucket {
    Tensor values;  ///< f32, flat
    std::size_t missing = 0;
    std::unique_ptr<Exchange> exchange;
  };

  void take(Slot& slot, const Tensor& gradient);
  void send_what_is_whole();

  const Group& group_;
  std::vector<Slot> slots_;  ///< the last parameter first
  std::vector<Bucket> buckets_;
  std::size_t next_ = 0;  ///< the first bucket that was not sent: all processes send them in one order
  bool expected_ = false;
};

}  // namespace ganymede::distributed
