// Progress on stderr: a bar with rate and time left on a terminal, plain lines at intervals otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ganymede {

class Progress {
 public:
  /// `total` steps of `unit` (e.g. "step", "image", "MB") are ahead; 0 means unknown. `done` are behind already.
  Progress(std::string title, std::uint64_t total, std::string unit, std::uint64_t done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Sets how far it has come; `note` is a short text after the rate (losses, say). Cheap: draws at most 10 times a
  /// second on a terminal, and once every 10 seconds elsewhere.
  void update(std::uint64_t done, const std::string& note = {});
  /// Draws the last state and ends the line. Called by the destructor as well.
  void finish();
  /// Turns all progress off (--quiet). Not thread-safe; call once from main().
  static void silence();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(bool last);

  std::string title_, unit_, note_;
  std::uint64_t total_, start_, done_;
  Clock::time_point begin_, drawn_{};
  bool terminal_, finished_ = false, silent_;
};

/// "3 h 20 min", "4 min 10 s", "12 s".
std::string duration_text(double seconds);

}  // namespace ganymede
