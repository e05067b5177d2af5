// What waits for a handler: one client's many requests do not make another's one wait for all of them.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace ganymede::serve {

/// Tasks of each client in their order, the clients in turn. Its functions may be called on any thread.
class FairQueue {
 public:
  using Task = std::function<void()>;

  void push(const std::string& client, Task task) {
    const std::lock_guard lock(mutex_);
    auto& waiting = waiting_[client];
    if (waiting.empty()) turns_.push_back(client);
    waiting.push_back(std::move(task));
  }

  /// The next task, taken out. There must be one: as many calls as there were of push().
  Task pop() {
    const std::lock_guard lock(mutex_);
    const std::string client = std::move(turns_.front());
    turns_.pop_front();
    const auto found = waiting_.find(client);
    Task task = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty())
      waiting_.erase(found);
    else
      turns_.push_back(client);
    return task;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<Task>> waiting_;  ///< no empty ones
  std::deque<std::string> turns_;                    ///< the clients of `waiting_`, whose turn is next first
};

}  // namespace ganymede::serve
