// Exceptions into the C interface's codes and messages.
#pragma once

#include <exception>
#include <functional>

#include "ganymede.h"
#include "ganymede/core/error.h"

namespace ganymede::library {

/// What a wait that found nothing ends in.
class NotReady : public Error {
 public:
  NotReady() : Error("the job is not ready") {}
};

/// The code of the exception, whose message becomes the thread's last one.
ganymede_status status_of(const std::exception_ptr& error) noexcept;

/// Runs `call`; no exception leaves.
template <class Call>
ganymede_status guarded(Call&& call) noexcept {
  try {
    call();
    return GANYMEDE_OK;
  } catch (...) {
    return status_of(std::current_exception());
  }
}

/// Throws UsageError for a null argument.
template <class T>
T& required(T* argument, const char* name) {
  if (argument == nullptr) throw UsageError("must not be null", name);
  return *argument;
}

}  // namespace ganymede::library
