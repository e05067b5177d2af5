#include "ganymede/core/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace ganymede {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void handle(int signal) {
  if (stop.exchange(true)) ::_exit(128 + signal);
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = handle;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() { return stop; }
void request_stop() { stop = true; }

}  // namespace ganymede
