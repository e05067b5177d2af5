// The processes of one training, as one of them sees them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "ganymede/core/batch_share.h"
#include "ganymede/core/error.h"
#include "ganymede/distributed/launch.h"

namespace ganymede::distributed {

/// Another process is gone, hangs, or has ended with an error; the message says which.
class PeerLost : public Error {
 public:
  using Error::Error;
};

/// Numbers on their way between the processes.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Until they are there. Throws PeerLost.
  virtual void wait() = 0;
};

/// Every process makes the same calls in the same order. All of them throw PeerLost, within half a minute of what
/// happened; after that nothing can be exchanged any more.
class Group : public ProcessSum {
 public:
  explicit Group(Place place) : place_(std::move(place)) {}
  const Place& place() const { return place_; }
  int rank() const { return place_.rank; }
  int size() const { return place_.size; }
  /// The one that writes files.
  bool is_first() const { return place_.rank == 0; }

  /// Begins to make `values` (f32 or f64, contiguous, on any device) their sums over all processes. They must stay
  /// until that is done.
  virtual std::unique_ptr<Exchange> begin_sum(const Tensor& values) const = 0;
  /// `values` of process 0, any type, become everybody's.
  virtual void broadcast(const Tensor& values) const = 0;
  /// A process that is not resting is expected to call something again soon: within a multiple of the longest time that
  /// it took until now. All rest when they have joined.
  virtual void rest(bool resting) const = 0;
  /// Tells the others that this one ends, and why; they throw that. Waits a little for them to hear it.
  virtual void leave(const std::string& why) const = 0;
  /// Why nothing can be exchanged any more; empty where all is well.
  virtual std::string broken() const = 0;

  void add_up(const Tensor& values) const override { begin_sum(values)->wait(); }
  /// Process 0's text, for everybody.
  std::string broadcast(const std::string& text) const;

 private:
  Place place_;
};

/// Waits until all processes have come. Sums of tensors on `device` go from GPU to GPU (NCCL) where each process has a
/// GPU of its own and the build has NCCL; all others over the CPUs (Gloo). Throws Error where one does not within five
/// minutes, naming it, where two say that they are the same one, where the store cannot be opened or reached, and in a
/// program that was built without GANYMEDE_DISTRIBUTED. `place` is not alone.
std::shared_ptr<Group> join(const Place& place, const torch::Device& device);

}  // namespace ganymede::distributed
