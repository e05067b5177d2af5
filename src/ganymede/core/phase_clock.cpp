#include "ganymede/core/phase_clock.h"

#include <utility>

namespace ganymede {
namespace {

thread_local PhaseClock* running = nullptr;

}  // namespace

PhaseClock::PhaseClock() {
  running = this;
}
PhaseClock::~PhaseClock() {
  running = nullptr;
}

PhaseClock* PhaseClock::current() {
  return running;
}

double PhaseClock::now() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void PhaseClock::enter(const void* owner, const char* pass) {
  enter({owner, pass});
}

void PhaseClock::enter(Phase phase) {
  if (phase == phase_) return;
  const double end = now();
  spans_.push_back({std::exchange(phase_, std::move(phase)), begin_, end - begin_});
  begin_ = end;
}

std::vector<PhaseClock::Span> PhaseClock::take() {
  const double end = now();
  spans_.push_back({phase_, begin_, end - begin_});
  begin_ = end;
  return std::exchange(spans_, {});
}

}  // namespace ganymede
