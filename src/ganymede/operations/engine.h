// Generating for many callers at once: what waits for the same network is generated together, and no one's pixels show
// it. Clients (JobTerms) take turns by the images they get, so that one's flood does not make another wait for all of
// it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "ganymede/operations/generator_input.h"

namespace ganymede::operations {

class Engine {
 public:
  using Clock = std::chrono::steady_clock;
  /// Called once, on a thread of the engine: images [N, C, H, W] in [-1, 1], or what went wrong.
  using Done = std::function<void(const Tensor& images, std::exception_ptr error)>;

  struct Options {
    std::int64_t queue = 4096;         ///< images that may wait
    std::int64_t client_queue = 0;     ///< and of one client; 0: all of them
    int replicas = 1;                  ///< batches generated at once
    int threads = 1;                   ///< of all replicas together
    at::ScalarType type = at::kFloat;  ///< of the arithmetic
    /// Hears of each batch, on the thread that generated it: how many images of how many jobs, in how many seconds.
    std::function<void(int images, int jobs, double seconds)> on_batch = {};
  };

  explicit Engine(Options options);
  /// Generates what waits, then ends.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Queues an input. Throws Busy when the queue is full; whatever else goes wrong is told to `done`.
  void generate(ModelPtr model, GeneratorInput input, const JobTerms& terms, Done done);
  /// The same with a future.
  std::future<Tensor> generate(ModelPtr model, GeneratorInput input, const JobTerms& terms = {});
  /// Generates for a plan and finishes it on a thread of the engine.
  template <class Result>
  std::future<Result> run(ModelPtr model, Plan<Result> plan, const JobTerms& terms = {}) {
    auto promise = std::make_shared<std::promise<Result>>();
    generate(std::move(model), std::move(plan.input), terms,
             [promise, finish = std::move(plan.finish)](const Tensor& images, std::exception_ptr error) {
               try {
                 if (error) std::rethrow_exception(error);
                 promise->set_value(finish(images));
               } catch (...) {
                 promise->set_exception(std::current_exception());
               }
             });
    return promise->get_future();
  }
  /// Images that wait.
  std::int64_t waiting() const;

 private:
  struct Job {
    ModelPtr model;
    bool untrained = false;
    Tensor latents, labels;
    JobTerms terms;
    Done done;
    std::uint64_t number = 0;  ///< in the order they came
  };
  struct Client {
    std::deque<Job> jobs;      ///< never empty while it is known
    std::int64_t waiting = 0;  ///< images of `jobs`
    std::int64_t given = 0;    ///< images that were begun for it, since it and the others have something waiting
  };
  using Place = std::pair<std::map<std::string, Client>::iterator, std::deque<Job>::iterator>;
  std::optional<Place> next_place(const std::vector<Job>& batch, std::int64_t room);
  Job take(const Place& place);
  void work();
  std::vector<Job> next_batch();
  void generate_together(const std::vector<Job>& batch);
  static bool together(const Job& a, const Job& b);
  static std::vector<Job> jobs_of(ModelPtr model, const GeneratorInput& input, const JobTerms& terms, Done done);

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Client> clients_;
  std::int64_t waiting_ = 0;  ///< images of all clients
  std::uint64_t numbers_ = 0;
  bool ending_ = false;
  std::vector<std::thread> replicas_;
};

}  // namespace ganymede::operations
