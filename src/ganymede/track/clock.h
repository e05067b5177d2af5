// When the rows of metrics.csv were made. They say the seconds of training alone: evaluations, sample grids and the
// time between a run and its resuming are not among them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::track {

/// Milliseconds since 1970, as MLflow counts.
std::int64_t milliseconds_now();

/// Seconds of training beside the time of day, from which times in between follow. The last mark that fits counts: a
/// resumed run's seconds begin again at its checkpoint's.
class Clock {
 public:
  /// Reads what is there; lines that are none are passed over. No file is an empty clock.
  explicit Clock(const std::filesystem::path& file);

  struct Mark {
    double seconds = 0;
    std::int64_t time = 0;
  };
  void add(const Mark& mark) { marks_.push_back(mark); }
  /// Nothing where no mark is from before.
  std::optional<std::int64_t> time_of(double seconds) const;

 private:
  std::vector<Mark> marks_;
};

/// Writes a clock's file while a run trains: a line where the time of day is a second off what follows from the last.
class ClockWriter {
 public:
  explicit ClockWriter(const std::filesystem::path& file);
  /// `seconds` of training are done at `time`.
  void note(double seconds, std::int64_t time = milliseconds_now());

 private:
  AppendFile file_;
  std::optional<Clock::Mark> last_;
};

}  // namespace ganymede::track
