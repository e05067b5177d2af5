#include "cli/terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "ganymede/core/progress.h"
#include "ganymede/core/terminal_line.h"

namespace ganymede::cli {
namespace {

size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

class TerminalProgress : public ProgressDisplay {
 public:
  explicit TerminalProgress(const Stretch& stretch)
      : title_(terminal_line(stretch.title)),
        unit_(stretch.unit),
        total_(stretch.total),
        start_(stretch.done),
        done_(stretch.done),
        terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~TerminalProgress() override { draw(true); }

  void update(std::uint64_t done, const std::string& note) override {
    done_ = done;
    if (!note.empty()) note_ = terminal_line(note);
    const auto interval = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
    const auto now = Clock::now();
    const auto last = drawn_ == Clock::time_point{} && !terminal_ ? begin_ : drawn_;
    if (now - last < interval) return;
    drawn_ = now;
    draw(false);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::string metrics(bool last) const;
  std::string bar(size_t used) const;
  void draw(bool last);

  std::string title_, unit_, note_;
  std::uint64_t total_, start_, done_;
  Clock::time_point begin_ = Clock::now(), drawn_{};
  bool terminal_;
};

/// " 12/40 steps  3.0 steps/s  9 s left".
std::string TerminalProgress::metrics(bool last) const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  const double rate = seconds > 0 ? static_cast<double>(done_ - start_) / seconds : 0;
  std::string out;
  const auto units = [&](std::uint64_t count) { return count == 1 ? unit_ : unit_ + "s"; };
  if (total_ > 0)
    out += fmt::format(" {}/{} {}", done_, total_, units(total_));
  else
    out += fmt::format(" {} {}", done_, units(done_));
  if (rate > 0)
    out += rate >= 1 ? fmt::format("  {:.1f} {}s/s", rate, unit_) : fmt::format("  {:.1f} s/{}", 1 / rate, unit_);
  if (last)
    out += "  in " + duration_text(seconds);
  else if (rate > 0 && total_ > done_)
    out += "  " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  if (!note_.empty()) out += "  " + note_;
  return out;
}

/// As wide as what is left of the line; empty where that is too little.
std::string TerminalProgress::bar(size_t used) const {
  const size_t width = terminal_width();
  if (total_ == 0 || used + 10 >= width) return {};
  const size_t cells = std::min<size_t>(30, width - used);
  const auto filled = static_cast<size_t>(static_cast<double>(cells) * static_cast<double>(std::min(done_, total_)) /
                                          static_cast<double>(total_));
  std::string out = " ";
  for (size_t i = 0; i < cells; ++i) out += i < filled ? "█" : "░";
  return out;
}

void TerminalProgress::draw(bool last) {
  const std::string tail = metrics(last);
  if (!terminal_) {
    std::fputs(fmt::format("{}:{}\n", title_, tail).c_str(), stderr);  // print() would throw where stderr is full
    return;
  }
  const std::string cells = bar(title_.size() + tail.size() + 4);
  std::string line = title_ + cells + tail;
  if (cells.empty() && line.size() > terminal_width() - 1) line.resize(terminal_width() - 1);
  std::fputs(fmt::format("\r{}\x1b[K{}", line, last ? "\n" : "").c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

std::unique_ptr<ProgressDisplay> terminal_progress(const Stretch& stretch) {
  return std::make_unique<TerminalProgress>(stretch);
}

}  // namespace ganymede::cli
