#include "ganymede/track/clock.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <string>

namespace ganymede::track {
namespace {

std::int64_t after(const Clock::Mark& mark, double seconds) {
  return mark.time + static_cast<std::int64_t>(std::llround(1000 * (seconds - mark.seconds)));
}

}  // namespace

std::int64_t milliseconds_now() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Clock::Clock(const std::filesystem::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    Mark mark;
    char rest = 0;
    long long time = 0;
    if (std::sscanf(line.c_str(), "%lf,%lld%c", &mark.seconds, &time, &rest) != 2) continue;
    mark.time = time;
    add(mark);
  }
}

std::optional<std::int64_t> Clock::time_of(double seconds) const {
  for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
    if (mark->seconds <= seconds) return after(*mark, seconds);
  }
  return std::nullopt;
}

ClockWriter::ClockWriter(const std::filesystem::path& file) : file_(file, std::numeric_limits<std::uint64_t>::max()) {}

void ClockWriter::note(double seconds, std::int64_t time) {
  constexpr std::int64_t kTolerance = 1000;
  if (last_ && std::abs(after(*last_, seconds) - time) < kTolerance) return;
  last_ = Clock::Mark{seconds, time};
  // Behind a line that was cut short by a kill, a line end makes that one none.
  file_.append(fmt::format("\n{},{}\n", seconds, time));
}

}  // namespace ganymede::track
