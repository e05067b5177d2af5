// Where a thread's time goes: each moment belongs to the phase that was entered last. Costs nothing while no clock
// runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ganymede {

class PhaseClock {
 public:
  struct Phase {
    const void* owner = nullptr;  ///< a layer, say; null for what belongs to none
    std::string pass;             ///< "forward"
    std::int64_t images = 0;      ///< how many it is of, where that is known
    bool operator==(const Phase&) const = default;
  };
  struct Span {
    Phase phase;
    double begin = 0, seconds = 0;  ///< from the clock's start
  };

  /// Runs for this thread until it ends. One at a time.
  PhaseClock();
  ~PhaseClock();
  PhaseClock(const PhaseClock&) = delete;
  PhaseClock& operator=(const PhaseClock&) = delete;

  /// This thread's; null where none runs.
  static PhaseClock* current();

  void enter(const void* owner, const char* pass);
  void enter(Phase phase);
  const Phase& phase() const { return phase_; }
  /// All that is over, in order, without gaps. The phase at hand goes on.
  std::vector<Span> take();

 private:
  double now() const;

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Phase phase_{nullptr, "other", 0};
  double begin_ = 0;
  std::vector<Span> spans_;
};

/// For this thread's clock, where one runs.
inline void enter_phase(const char* pass, const void* owner = nullptr) {
  if (PhaseClock* clock = PhaseClock::current()) clock->enter(owner, pass);
}

}  // namespace ganymede
