// Drawing for many requests at once: what waits for the same network is drawn together.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "ganymede/serve/catalogue.h"
#include "ganymede/serve/meters.h"

namespace ganymede::serve {

class Engine {
 public:
  using Clock = std::chrono::steady_clock;
  /// Called once, on a thread of the engine: images [N, C, H, W] in [-1, 1], or what went wrong.
  using Done = std::function<void(Tensor images, std::exception_ptr error)>;

  struct Job {
    std::shared_ptr<const LoadedModel> model;
    bool untrained = false;
    Tensor latents;  ///< [N, size]
    Tensor labels;   ///< int64 [N] or weights f32 [N, classes]; undefined where the model draws no classes
    Clock::time_point deadline;
    Done done;
  };

  struct Options {
    std::int64_t queue = 4096;         ///< pictures that may wait
    int replicas = 1;                  ///< batches drawn at once
    int threads = 1;                   ///< of all replicas together
    at::ScalarType type = at::kFloat;  ///< of the arithmetic
  };

  Engine(Meters& meters, const Options& options);
  /// Draws what waits, then ends.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Queues the job. Throws Problem 429, with the seconds after which to try again, when the queue is full. A job that
  /// is not begun by its deadline ends in Problem 503.
  void draw(Job job);
  std::int64_t waiting() const;

 private:
  void work();
  std::vector<Job> next_batch();

  Meters& meters_;
  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::int64_t waiting_ = 0;  ///< pictures of `jobs_`
  bool ending_ = false;
  std::vector<std::thread> replicas_;
};

}  // namespace ganymede::serve
