// One loop, compiled for each instruction level.
#pragma once

#include "ganymede/core/instruction_level.h"

#define GANYMEDE_INLINED __attribute__((always_inline))
#define GANYMEDE_INLINE inline GANYMEDE_INLINED

namespace ganymede {

#ifdef __x86_64__
template <class Loop>
__attribute__((target("arch=x86-64-v4"))) void run_avx512(const Loop& loop) {
  loop();
}
template <class Loop>
__attribute__((target("arch=x86-64-v3"))) void run_avx2(const Loop& loop) {
  loop();
}
#endif

/// Calls `loop`, a lambda marked GANYMEDE_LOOP, compiled for the level in force.
template <class Loop>
void at_level(const Loop& loop) {
#ifdef __x86_64__
  const InstructionLevel level = instruction_level();
  if (level >= InstructionLevel::kAvx512) return run_avx512(loop);
  if (level == InstructionLevel::kAvx2) return run_avx2(loop);
#endif
  loop();
}

}  // namespace ganymede

/// The parameter list of a lambda for at_level: `at_level([&] GANYMEDE_LOOP { ... })`.
#define GANYMEDE_LOOP () GANYMEDE_INLINED
