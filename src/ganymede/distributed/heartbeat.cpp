#include "ganymede/distributed/heartbeat.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace ganymede::distributed {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kBeat = 500ms;
constexpr auto kLeastStall = 15s;     // a step may take that long, however short those before were
constexpr auto kStallAtFirst = 600s;  // the first step makes what later ones find
constexpr int kStallFactor = 10;      // of the longest stretch until now
constexpr std::uint64_t kMovesAtFirst = 20;

constexpr const char *kOver = "over", *kWhy = "why", *kHeard = "heard";

std::string key(const char* name, int rank) {
  return fmt::format("{}/{}", name, rank);
}

std::string text_of(Clock::duration time) {
  return fmt::format("{} s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

}  // namespace

struct Heartbeat::State {
  State(c10::intrusive_ptr<c10d::Store> wanted, const Place& at, std::vector<std::string> called)
      : store(std::move(wanted)),
        place(at),
        names(std::move(called)),
        counts(names.size(), 0),
        changed(names.size(), Clock::now()) {}

  const c10::intrusive_ptr<c10d::Store> store;  ///< the thread's own
  const Place place;
  const std::vector<std::string> names;

  mutable std::mutex mutex;  ///< guards what follows
  std::condition_variable wake;
  bool stopping = false, waiting = false, resting = true, announced = false, heard = false;
  std::string announcement;         ///< not made yet
  std::string over, store_failure;  ///< what others said; why the store does not answer
  std::vector<std::int64_t> counts;
  std::vector<Clock::time_point> changed;  ///< when their counts last changed, or looking began
  Clock::time_point round = Clock::now(), touched = Clock::now();
  Clock::duration longest{};
  std::uint64_t moves = 0;

  bool moving() const {
    if (resting || waiting) return true;
    const auto limit = moves < kMovesAtFirst ? Clock::duration(kStallAtFirst)
                                             : std::max<Clock::duration>(kLeastStall, longest * kStallFactor);
    return Clock::now() - touched < limit;
  }

  /// One round; without the lock while the store is asked.
  void beat(std::unique_lock<std::mutex>& lock) {
    const bool look = waiting, alive = moving(), asking = announced;
    const std::string say = announced ? std::string() : announcement;
    lock.unlock();
    if (alive) store->add(key("beat", place.rank), 1);
    std::vector<std::int64_t> now(look ? names.size() : 0, 0);
    for (std::size_t i = 0; i < now.size(); ++i) now[i] = store->add(key("beat", static_cast<int>(i)), 0);
    if (!say.empty()) {
      store->set(kWhy, std::vector<std::uint8_t>(say.begin(), say.end()));
      store->add(kOver, 1);
    }
    std::string why;
    if (say.empty() && store->add(kOver, 0) > 0) {
      const auto bytes = store->get(kWhy);
      why.assign(bytes.begin(), bytes.end());
      store->add(kHeard, 1);
    }
    const bool all = asking && store->add(kHeard, 0) >= place.size - 1;
    lock.lock();
    round = Clock::now();
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != counts[i]) counts[i] = now[i], changed[i] = round;
    }
    if (!why.empty()) over = why;
    if (!say.empty()) announced = true;
    if (all) heard = true;
  }

  void run() {
    std::unique_lock lock(mutex);
    while (!stopping && over.empty()) {
      try {
        beat(lock);
      } catch (const std::exception& error) {
        if (!lock.owns_lock()) lock.lock();
        store_failure = error.what();
        wake.notify_all();
        return;
      }
      wake.notify_all();
      wake.wait_for(lock, kBeat, [&] { return stopping || (!announcement.empty() && !announced); });
    }
  }
};

Heartbeat::Heartbeat(c10::intrusive_ptr<c10d::Store> store, const Place& place, std::vector<std::string> names)
    : state_(std::make_shared<State>(std::move(store), place, std::move(names))) {
  std::thread([state = state_] { state->run(); }).detach();
}

Heartbeat::~Heartbeat() {
  const std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  state_->wake.notify_all();
}

void Heartbeat::moved() {
  const std::lock_guard lock(state_->mutex);
  const auto now = Clock::now();
  if (!state_->resting && state_->moves > 0) state_->longest = std::max(state_->longest, now - state_->touched);
  ++state_->moves;
  state_->touched = now;
}

void Heartbeat::wait(bool waiting) {
  const std::lock_guard lock(state_->mutex);
  state_->touched = Clock::now();
  if (waiting && !state_->waiting) std::fill(state_->changed.begin(), state_->changed.end(), state_->touched);
  state_->waiting = waiting;
}

void Heartbeat::rest(bool resting) {
  const std::lock_guard lock(state_->mutex);
  state_->touched = Clock::now();
  state_->resting = resting;
}

std::optional<std::string> Heartbeat::trouble(std::chrono::milliseconds silence) const {
  const std::lock_guard lock(state_->mutex);
  const State& s = *state_;
  const auto now = Clock::now();
  if (!s.over.empty()) return s.over;
  if (!s.store_failure.empty() || now - s.round > silence + kBeat) {
    if (s.place.launcher == "torchrun" && !s.place.serves_store && s.place.rank == 0)
      return fmt::format("torchrun's store at {}:{} does not answer any more", s.place.host, s.place.port);
    return fmt::format("{} is lost: the store that it holds does not answer any more", s.names[0]);
  }
  for (std::size_t i = 0; i < s.names.size(); ++i) {
    if (static_cast<int>(i) == s.place.rank || now - s.changed[i] <= silence) continue;
    return fmt::format("{} is lost: nothing has been heard of it for {}", s.names[i], text_of(now - s.changed[i]));
  }
  return std::nullopt;
}

void Heartbeat::announce(const std::string& why, std::chrono::milliseconds patience) {
  std::unique_lock lock(state_->mutex);
  if (!state_->over.empty() || !state_->announcement.empty()) return;  // all know already
  state_->announcement = why;
  state_->wake.notify_all();
  state_->wake.wait_for(lock, patience, [&] { return state_->heard || !state_->store_failure.empty(); });
}

}  // namespace ganymede::distributed
