#include "ganymede/core/instruction_level.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "ganymede/core/at_level.h"
#include "support/support.h"

namespace ganymede {
namespace {

/// What a shell prints for `command`, run with GANYMEDE_ISA set to `level`.
std::string output_of(const std::string& level, const std::string& command) {
  std::FILE* pipe = ::popen(("GANYMEDE_ISA=" + level + " " + command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> part{};
  while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) text.append(part.data(), count);
  ::pclose(pipe);
  return text;
}

std::string own_test(const std::string& name) {
  return "/proc/" + std::to_string(::getpid()) + "/exe --gtest_also_run_disabled_tests --gtest_filter=" + name;
}

// Run by the tests below in a process of their own.
TEST(DISABLED_InstructionLevelAsChild, Says) {
  const char* blas = std::getenv("OPENBLAS_CORETYPE");
  std::printf("level %s, blas %s\n", name_of(instruction_level()), blas == nullptr ? "free" : blas);
}

TEST(InstructionLevel, IsLoweredForTheLibrariesToo) {
  ::unsetenv("OPENBLAS_CORETYPE");
#ifdef __x86_64__
  const std::string blas = "Nehalem";
#else
  const std::string blas = "free";
#endif
  EXPECT_NE(output_of("plain", own_test("*AsChild*")).find("level plain, blas " + blas), std::string::npos);
  if (detected_level() < InstructionLevel::kAvx2) GTEST_SKIP() << "this processor has no AVX2";
  EXPECT_NE(output_of("avx2", own_test("*AsChild*")).find("level avx2, blas Haswell"), std::string::npos);
}

TEST(InstructionLevel, WhatIsSetAlreadyStays) {
  ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
  EXPECT_NE(output_of("plain", own_test("*AsChild*")).find("level plain, blas Prescott"), std::string::npos);
  ::unsetenv("OPENBLAS_CORETYPE");
}

TEST(InstructionLevel, RefusesWhatIsUnknownOrMissing) {
  EXPECT_NE(output_of("avx3", own_test("*AsChild*")).find("GANYMEDE_ISA: unknown instruction level 'avx3'"),
            std::string::npos);
  if (detected_level() == InstructionLevel::kTiles) GTEST_SKIP() << "this processor has every level";
  EXPECT_NE(output_of("tiles", own_test("*AsChild*")).find("this processor has no 'tiles', only"), std::string::npos);
}

TEST(InstructionLevel, LoopsRunAtTheLevelInForce) {
  std::array<int, 100> numbers{};
  at_level([&] GANYMEDE_LOOP {
    for (int i = 0; i < 100; ++i) numbers[static_cast<std::size_t>(i)] = 3 * i;
  });
  EXPECT_EQ(numbers[99], 297);
}

}  // namespace
}  // namespace ganymede
