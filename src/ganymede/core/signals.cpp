#include "ganymede/core/signals.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string_view>

#include "ganymede/core/upkeep.h"

namespace ganymede {
namespace {

/// `timeout`, a shell or a make around the program pass on what the terminal has sent it already: that is one wish to
/// stop.
constexpr std::int64_t kOneWish = 1'000'000'000;  ///< nanoseconds
constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP};

std::atomic<bool> asked{false};
const CancelToken* token = nullptr;  ///< that of stop_token(), once signals are caught
std::atomic<int> stopped_by{SIGTERM};
std::atomic<std::int64_t> first_asked{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // allowed in a handler
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void say(std::string_view line) {
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;  // nobody listens
}

void end_now(int signal) {
  remove_pending_files();
  ::_exit(128 + signal);
}

void note_stop(int signal) {
  if (!asked.exchange(true)) {
    stopped_by = signal;
    first_asked = nanoseconds();
    token->cancel();
  } else if (nanoseconds() - first_asked > kOneWish) {
    end_now(signal);
  }
}

void cut_short(int) {
  say("error: a file that was being read is shorter than it was, or its disk fails; leave files in use alone\n");
  remove_pending_files();
  ::_exit(1);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

void handle_stop_signals(void (*handler)(int)) {
  for (const int signal : kStopSignals) {
    struct sigaction now{};
    const bool ignored = ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
    if (signal == SIGHUP && ignored) continue;
    handle(signal, handler);
  }
}

}  // namespace

void start_signals() {
  handle_stop_signals(end_now);
  handle(SIGBUS, cut_short);
  handle(SIGXFSZ, SIG_IGN);
}

void catch_stop_signals() {
  token = &stop_token();
  handle_stop_signals(note_stop);
  handle(SIGPIPE, SIG_IGN);  // who read what it says has gone: no reason to lose the work
}

const CancelToken& stop_token() {
  static const CancelToken instance;
  return instance;
}
int stop_exit_code() {
  return 128 + stopped_by;
}

}  // namespace ganymede
