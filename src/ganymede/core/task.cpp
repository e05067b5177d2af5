#include "ganymede/core/task.h"

namespace ganymede {
namespace {

thread_local const TaskScope* innermost = nullptr;

}  // namespace

TaskScope::TaskScope(CancelToken cancel, ProgressSink sink)
    : cancel_(std::move(cancel)), sink_(std::move(sink)), around_(innermost) {
  innermost = this;
}

TaskScope::~TaskScope() {
  innermost = around_;
}

CancelQuestion::CancelQuestion() : innermost_(innermost) {}

bool CancelQuestion::operator()() const {
  for (const auto* scope = innermost_; scope != nullptr; scope = scope->around_) {
    if (scope->cancel_.cancelled()) return true;
  }
  return false;
}

std::unique_ptr<ProgressDisplay> begin_stretch(const Stretch& stretch) {
  for (const auto* scope = innermost; scope != nullptr; scope = scope->around_) {
    if (scope->sink_) return scope->sink_(stretch);
  }
  return nullptr;
}

}  // namespace ganymede
