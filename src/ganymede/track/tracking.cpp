#include "ganymede/track/tracking.h"

#include <algorithm>
#include <chrono>

#include "ganymede/core/log.h"
#include "ganymede/core/shell_word.h"

namespace ganymede::track {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;

constexpr Seconds kBetween = 1s;        ///< one look at the folder and the next
constexpr Seconds kLongestPause = 60s;  ///< while the server is away
constexpr Seconds kPauseAtEnd = 250ms;
constexpr Seconds kEndThere = 10s, kEndAway = 5s;

}  // namespace

Tracking::Tracking(const std::filesystem::path& run, const Target& target)
    : run_(run), sender_(run, target, [this] { return given_up(); }), clock_(clock_file(run)) {}

bool Tracking::given_up() {
  const std::lock_guard lock(mutex_);
  return broken_off_;
}

void Tracking::note(double seconds) {
  clock_.note(seconds);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
}

Tracking::~Tracking() {
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });  // a training that failed before its first step
  const auto begin = std::chrono::steady_clock::now();
  {
    std::unique_lock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
    while (!done_ && at_end_ != Server::kRefuses) {
      const Seconds limit = server_ == Server::kAway ? kEndAway : kEndThere;
      if (std::chrono::steady_clock::now() - begin > limit) break;
      changed_.wait_for(lock, 50ms);
    }
    broken_off_ = true;
    changed_.notify_all();
  }
  thread_.join();
  if (done_) return;
  try {
    const Amount lacks = sender_.waiting(true);
    spdlog::warn("MLflow lacks {} of this run; to send what it lacks: ganymede track {}",
                 lacks.rows + lacks.files > 0 ? words_of(lacks) : "the end", shell_word(run_.string()));
  } catch (const std::exception& error) {
    spdlog::warn("MLflow lacks something of this run: {}", error.what());
  }
}

void Tracking::work() {
  Seconds pause = 0s;
  while (true) {
    bool ending = false;
    {
      std::unique_lock lock(mutex_);
      const bool was_ending = ending_;
      changed_.wait_for(lock, pause, [&] { return broken_off_ || (ending_ && !was_ending); });
      if (broken_off_) return;
      ending = ending_;
    }
    attempt(ending);
    const std::lock_guard lock(mutex_);
    if (ending) at_end_ = server_;
    done_ = at_end_ == Server::kThere;
    changed_.notify_all();
    if (done_) return;
    if (server_ == Server::kThere)
      pause = kBetween;
    else
      pause = ending ? kPauseAtEnd : std::min(kLongestPause, std::max<Seconds>(kBetween, 2 * pause));
  }
}

void Tracking::attempt(bool ending) {
  Server server = Server::kThere;
  try {
    sender_.send(ending ? std::optional(end_of(run_)) : std::nullopt);
    if (said_) spdlog::info("MLflow takes this run again");
    said_ = false;
  } catch (const Unsent& error) {
    server = error.away() ? Server::kAway : Server::kRefuses;
    if (!given_up()) say(error);
  } catch (const std::exception& error) {  // of the folder: the disk is full, a file is damaged
    server = Server::kRefuses;
    if (!said_) spdlog::warn("the run is not sent to MLflow: {}", error.what());
    said_ = true;
  }
  const std::lock_guard lock(mutex_);
  server_ = server;
}

void Tracking::say(const Unsent& error) {
  if (!said_) spdlog::warn("{}; the training goes on, and sends it later", error.what());
  said_ = true;
}

}  // namespace ganymede::track
