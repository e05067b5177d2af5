// Every test program's main: as GoogleTest's own, but GANYMEDE_ISA holds for the libraries below us too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "ganymede/core/error.h"
#include "ganymede/core/instruction_level.h"

int main(int argc, char** argv) {
  try {
    ganymede::keep_to_instruction_level(argv);
  } catch (const ganymede::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
