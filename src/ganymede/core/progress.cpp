#include "ganymede/core/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "ganymede/core/terminal_line.h"

namespace ganymede {
namespace {

bool silenced = false;

size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds) + 0.5);
  const auto hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  if (hours > 0) return fmt::format("{} h {:02} min", hours, minutes);
  if (minutes > 0) return fmt::format("{} min {:02} s", minutes, rest);
  return fmt::format("{} s", rest);
}

Progress::Progress(std::string title, std::uint64_t total, std::string unit, std::uint64_t done)
    : title_(terminal_line(title)),
      unit_(std::move(unit)),
      total_(total),
      start_(done),
      done_(done),
      begin_(Clock::now()),
      terminal_(::isatty(STDERR_FILENO) == 1),
      silent_(silenced) {}

Progress::~Progress() {
  finish();
}

void Progress::silence() {
  silenced = true;
}

void Progress::update(std::uint64_t done, const std::string& note) {
  done_ = done;
  if (!note.empty()) note_ = terminal_line(note);
  const auto interval = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  const auto now = Clock::now();
  const auto last = drawn_ == Clock::time_point{} && !terminal_ ? begin_ : drawn_;
  if (silent_ || now - last < interval) return;
  drawn_ = now;
  draw(false);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (!silent_) draw(true);
}

void Progress::draw(bool last) {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_ - start_) / seconds : 0;
  std::string tail;
  const auto units = [&](std::uint64_t count) { return count == 1 ? unit_ : unit_ + "s"; };
  if (total_ > 0)
    tail += fmt::format(" {}/{} {}", done_, total_, units(total_));
  else
    tail += fmt::format(" {} {}", done_, units(done_));
  if (rate > 0)
    tail += rate >= 1 ? fmt::format("  {:.1f} {}s/s", rate, unit_) : fmt::format("  {:.1f} s/{}", 1 / rate, unit_);
  if (last)
    tail += "  in " + duration_text(seconds);
  else if (rate > 0 && total_ > done_)
    tail += "  " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  if (!note_.empty()) tail += "  " + note_;

  if (!terminal_) {
    std::fputs(fmt::format("{}:{}\n", title_, tail).c_str(), stderr);  // print() would throw where stderr is full
    return;
  }
  const size_t width = terminal_width();
  std::string bar;
  const size_t used = title_.size() + tail.size() + 4;
  if (total_ > 0 && used + 10 < width) {
    const size_t cells = std::min<size_t>(30, width - used);
    const auto filled = static_cast<size_t>(static_cast<double>(cells) * static_cast<double>(std::min(done_, total_)) /
                                            static_cast<double>(total_));
    for (size_t i = 0; i < cells; ++i) bar += i < filled ? "█" : "░";
    bar = " " + bar;
  }
  std::string line = title_ + bar + tail;
  if (bar.empty() && line.size() > width - 1) line.resize(width - 1);
  std::fputs(fmt::format("\r{}\x1b[K{}", line, last ? "\n" : "").c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace ganymede
