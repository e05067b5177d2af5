// std::terminate() as the program has it.
#include "ganymede/core/terminate.h"

#include <gtest/gtest.h>

#include <csignal>
#include <new>
#include <stdexcept>

namespace ganymede {
namespace {

template <class Exception>
void fail(const Exception& exception) {
  throw exception;
}

/// As a destructor does, or a library's function that may not throw.
template <class Exception>
void may_not_throw(const Exception& exception) noexcept {
  fail(exception);
}

TEST(TerminateDeathTest, SaysThatMemoryRanOut) {
  const auto end = [] {
    handle_terminate();
    may_not_throw(std::bad_alloc());
  };
  EXPECT_EXIT(end(), testing::ExitedWithCode(1), "^error: out of memory; try a smaller batch\n$");
}

TEST(TerminateDeathTest, LeavesTheRestToTheStandardLibrary) {
  const auto end = [] {
    handle_terminate();
    may_not_throw(std::runtime_error("another"));
  };
  EXPECT_EXIT(end(), testing::KilledBySignal(SIGABRT), "another");
}

}  // namespace
}  // namespace ganymede
