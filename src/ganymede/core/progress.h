// How far a stretch of work has come, told to whoever looks: see core/task.h. Nobody does unless a scope says so.
#pragma once

#include <utility>

#include "ganymede/core/task.h"

namespace ganymede {

class Progress {
 public:
  /// `total` steps of `unit` (e.g. "step", "image", "MB") are ahead; 0 means unknown. `done` are behind already.
  Progress(std::string title, std::uint64_t total, std::string unit, std::uint64_t done = 0)
      : display_(begin_stretch({std::move(title), total, std::move(unit), done})) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Sets how far it has come; `note` is a short text (losses, say). May be called often.
  void update(std::uint64_t done, const std::string& note = {}) {
    if (display_) display_->update(done, note);
  }
  /// Ends the stretch, as the destructor does.
  void finish() { display_.reset(); }

 private:
  std::unique_ptr<ProgressDisplay> display_;
};

/// "3 h 20 min", "4 min 10 s", "12 s".
std::string duration_text(double seconds);

}  // namespace ganymede
