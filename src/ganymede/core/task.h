// What the work of a thread is told and tells: whether it is to stop, and how far it has come. A caller opens a
// TaskScope around the work; what does the work asks for neither a terminal nor a flag of the process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "ganymede/core/cancel.h"

namespace ganymede {

/// One stretch of work on its way; its end is the destructor.
class ProgressDisplay {
 public:
  virtual ~ProgressDisplay() = default;
  /// `done` of the stretch's total; `note` is a short text (losses, say), empty where there is nothing new.
  virtual void update(std::uint64_t done, const std::string& note) = 0;
};

/// What a stretch is: `total` steps of `unit` ("step", "image") are ahead, 0 where nobody knows; `done` are behind.
struct Stretch {
  std::string title;
  std::uint64_t total = 0;
  std::string unit;
  std::uint64_t done = 0;
};

/// Makes the display of a stretch; may return null.
using ProgressSink = std::function<std::unique_ptr<ProgressDisplay>(const Stretch& stretch)>;

/// Holds for the thread that made it, until it ends. Scopes lie within one another: an inner one is cancelled where it
/// or one around it is, and shows its progress where the innermost one with a sink does.
class TaskScope {
 public:
  explicit TaskScope(CancelToken cancel, ProgressSink sink = {});
  ~TaskScope();
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

 private:
  friend class CancelQuestion;
  friend std::unique_ptr<ProgressDisplay> begin_stretch(const Stretch& stretch);

  CancelToken cancel_;
  ProgressSink sink_;
  const TaskScope* around_;
};

/// Whether the work of the thread that made this is to stop: to be asked by the threads that help it, too, while its
/// scopes last.
class CancelQuestion {
 public:
  CancelQuestion();
  bool operator()() const;

 private:
  const TaskScope* innermost_;
};
/// Whether this thread's work is to stop; false outside every scope.
inline bool cancel_requested() {
  return CancelQuestion()();
}
/// Null where nobody looks.
std::unique_ptr<ProgressDisplay> begin_stretch(const Stretch& stretch);

}  // namespace ganymede
