#include "ganymede/library/c_errors.h"

#include <new>
#include <string>

#include "ganymede/library/border.h"
#include "ganymede/operations/control.h"

namespace ganymede::library {
namespace {

struct Message {
  std::string text, where, hint;
};

Message& last_message() {
  thread_local Message message;
  return message;
}

ganymede_status code_of(const Error& error) {
  if (dynamic_cast<const UsageError*>(&error) != nullptr) return GANYMEDE_WRONG_USAGE;
  if (dynamic_cast<const operations::Cancelled*>(&error) != nullptr) return GANYMEDE_CANCELLED;
  if (dynamic_cast<const operations::Busy*>(&error) != nullptr) return GANYMEDE_BUSY;
  if (dynamic_cast<const NotReady*>(&error) != nullptr) return GANYMEDE_NOT_READY;
  return GANYMEDE_FAILED;
}

}  // namespace

ganymede_status status_of(const std::exception_ptr& error) noexcept {
  try {
    auto& message = last_message();
    try {
      at_border([&] { std::rethrow_exception(error); });
      return GANYMEDE_OK;
    } catch (const Error& ours) {
      message = {ours.what(), ours.where(), ours.hint()};
      return code_of(ours);
    } catch (const std::bad_alloc&) {
      message = {"out of memory", "", ""};
      return GANYMEDE_OUT_OF_MEMORY;
    } catch (const std::exception& other) {
      message = {other.what(), "", ""};
    } catch (...) {
      message = {"an unknown error", "", ""};
    }
    return GANYMEDE_FAILED;
  } catch (...) {  // even the message found no room
    return GANYMEDE_OUT_OF_MEMORY;
  }
}

}  // namespace ganymede::library

const char* ganymede_error_message(void) {
  return ganymede::library::last_message().text.c_str();
}
const char* ganymede_error_where(void) {
  return ganymede::library::last_message().where.c_str();
}
const char* ganymede_error_hint(void) {
  return ganymede::library::last_message().hint.c_str();
}
