// Files come and go: a thread that looks at the catalogue's places again and again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "ganymede/serve/catalogue.h"

namespace ganymede::serve {

/// About once a second, from its beginning to its end.
class Watcher {
 public:
  explicit Watcher(Catalogue& catalogue);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  /// Whether the places were looked at once.
  bool ready() const { return ready_; }

 private:
  void work();

  Catalogue& catalogue_;
  std::atomic<bool> ready_ = false;
  bool ending_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace ganymede::serve
