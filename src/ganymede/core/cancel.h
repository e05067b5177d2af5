// How work is ended early: by a token that its caller keeps, never by a flag of the whole process.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "ganymede/core/error.h"

namespace ganymede {

/// What work ends in when its token was cancelled. An empty message says nothing more.
class Cancelled : public Error {
 public:
  explicit Cancelled(std::string what_happened = "cancelled", std::string where = {}, std::string hint = {})
      : Error(std::move(what_happened), std::move(where), std::move(hint)) {}
};

/// Copies share one wish to stop; it may be made from any thread and from a signal's handler, and is never taken back.
class CancelToken {
 public:
  void cancel() const { *wish_ = true; }
  bool cancelled() const { return *wish_; }

 private:
  static_assert(std::atomic<bool>::is_always_lock_free);
  std::shared_ptr<std::atomic<bool>> wish_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace ganymede
