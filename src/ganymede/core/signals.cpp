#include "ganymede/core/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace ganymede {
namespace {

/// `timeout`, a shell or a make around the program pass on what the terminal has sent it already: that is one wish to
/// stop.
constexpr std::int64_t kOneWish = 1'000'000'000;  ///< nanoseconds

std::atomic<bool> stop{false};
std::atomic<std::int64_t> first{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // allowed in a handler
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void handle(int signal) {
  if (!stop.exchange(true)) {
    first = nanoseconds();
  } else if (nanoseconds() - first > kOneWish) {
    ::_exit(128 + signal);
  }
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action{};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() {
  return stop;
}
void request_stop() {
  stop = true;
}

}  // namespace ganymede
