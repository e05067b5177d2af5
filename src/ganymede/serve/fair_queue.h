// What waits for a handler: one client's many requests do not make another's one wait for all of them.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace ganymede::serve {

/// Tasks of each client in their order, the clients in turn. Its functions may be called on any thread. push() does all
/// or, without memory, nothing; pop() needs none.
class FairQueue {
 public:
  using Task = std::function<void()>;

  void push(const std::string& client, Task task) {
    const std::lock_guard lock(mutex_);
    std::list<std::string> turn{client};
    auto& waiting = waiting_[client];
    waiting.push_back(std::move(task));
    if (waiting.size() == 1) turns_.splice(turns_.end(), turn);
  }

  /// The next task, taken out; none where all are.
  Task pop() {
    const std::lock_guard lock(mutex_);
    if (turns_.empty()) return {};
    const auto found = waiting_.find(turns_.front());
    Task task = std::move(found->second.front());
    found->second.pop_front();
    if (found->second.empty()) {
      waiting_.erase(found);
      turns_.pop_front();
    } else {
      turns_.splice(turns_.end(), turns_, turns_.begin());
    }
    return task;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<Task>> waiting_;
  std::list<std::string> turns_;  ///< the clients of `waiting_` that have tasks, whose turn is next first
};

}  // namespace ganymede::serve
