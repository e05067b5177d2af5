#include "ganymede/core/terminate.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "ganymede/core/files.h"

namespace ganymede {
namespace {

std::terminate_handler others = std::abort;

void say(const char* text) {
  // It cannot be helped where stderr takes nothing.
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

/// Whether it was for want of memory. An exception that leaves a noexcept function is handled by now, or, where the
/// compiler knew that nobody would catch it, still under way and without a name: then malloc()'s errno tells.
bool out_of_memory() {
  const int last = errno;
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
  return std::uncaught_exceptions() > 0 && last == ENOMEM;
}

[[noreturn]] void end() noexcept {
  if (out_of_memory()) {
    for (const char* text : {"error: ", kOutOfMemory, "\n"}) say(text);
    remove_pending_files();
    std::_Exit(1);
  }
  others();  // the standard library says what it was
  std::abort();
}

}  // namespace

void handle_terminate() {
  others = std::set_terminate(end);
}

}  // namespace ganymede
