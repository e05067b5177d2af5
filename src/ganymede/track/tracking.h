// A training's tracker: a thread beside it that sends what the run folder has.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "ganymede/track/clock.h"
#include "ganymede/track/mlflow_sender.h"
#include "ganymede/track/target.h"

namespace ganymede::track {

/// Trouble with the server is a line in the log and delays the training by nothing; what was not sent stays to be sent.
class Tracking {
 public:
  /// Throws Error where another process sends this run, or what was sent of it before cannot be read.
  Tracking(const std::filesystem::path& run, const Target& target);
  /// Sends the rest for some seconds at most (less where the server is away), and says what is left and how to send it.
  /// By then the run's state must be written.
  ~Tracking();
  Tracking(const Tracking&) = delete;
  Tracking& operator=(const Tracking&) = delete;

  /// So many seconds of training are done. Before the row of that step is written. The first call starts the thread:
  /// metrics.csv must no longer be cut back.
  void note(double seconds);

 private:
  enum class Server { kThere, kAway, kRefuses };

  void work();
  void attempt(bool ending);
  void say(const Unsent& error);
  bool given_up();

  std::filesystem::path run_;
  MlflowSender sender_;
  ClockWriter clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false, broken_off_ = false, done_ = false;  ///< under mutex_
  Server server_ = Server::kThere;                           ///< under mutex_
  std::optional<Server> at_end_;                             ///< of the attempt to send the rest; under mutex_
  bool said_ = false;                                        ///< the thread's
  std::thread thread_;
};

}  // namespace ganymede::track
