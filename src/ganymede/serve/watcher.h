// Files come and go: a thread that looks at the catalogue's places again and again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "ganymede/serve/catalogue.h"

namespace ganymede::serve {

/// About once a second, from its beginning to its end.
class Watcher {
 public:
  /// `also` is called each time.
  explicit Watcher(Catalogue& catalogue, std::function<void()> also = {});
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  /// Whether the places were looked at once.
  bool ready() const { return ready_; }
  /// Looks at once, and waits until what was so before the call was seen, or for two seconds: models may be read first.
  void look_now();

 private:
  void work();

  Catalogue& catalogue_;
  const std::function<void()> also_;
  std::atomic<bool> ready_ = false;
  bool ending_ = false, asked_ = false;
  std::uint64_t begun_ = 0, done_ = 0;  ///< looks
  std::mutex mutex_;
  std::condition_variable wake_, looked_;
  std::thread thread_;
};

}  // namespace ganymede::serve
