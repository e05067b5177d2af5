// Who is still there: every process counts up a number of its own in the store twice a second, and looks at the others'
// while it waits for them.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "ganymede/core/torch_compat.h"
#include "ganymede/distributed/launch.h"

namespace ganymede::distributed {

class Heartbeat {
 public:
  /// `store` is used by no other thread from now on; `names` are the processes', for messages.
  Heartbeat(c10::intrusive_ptr<c10d::Store> store, const Place& place, std::vector<std::string> names);
  /// Does not wait for the thread: it may be waiting for a store that does not answer.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// The caller goes on, or waits for others, or rests (Group::rest()). One that does neither for too long is no longer
  /// counted up: the others then take it for lost.
  void moved();
  void wait(bool waiting);
  void rest(bool resting);

  /// What is wrong with another process, after `silence` without a sign of it, or by its own words. Only while waiting.
  std::optional<std::string> trouble(std::chrono::milliseconds silence) const;
  /// Tells all others; waits at most `patience` for all of them to hear it.
  void announce(const std::string& why, std::chrono::milliseconds patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace ganymede::distributed
