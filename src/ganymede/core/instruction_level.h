// Which of the processor's vector instructions are used: what it has, or less where GANYMEDE_ISA or --isa says so,
// which is how every level is tested on one machine.
#pragma once

#include <string>

namespace ganymede {

/// kPlain is what every processor of the kind has; kAvx512 is x86-64-v4; kTiles is AVX-512 with AMX tiles for bf16.
enum class InstructionLevel { kPlain, kAvx2, kAvx512, kTiles };

/// "plain", "avx2", "avx512" or "tiles".
const char* name_of(InstructionLevel level);

/// What this processor has and Linux lets this process use.
InstructionLevel detected_level();

/// The level in force: the detected one, or the lower one that the environment variable GANYMEDE_ISA names. Throws
/// UsageError for a name that is none, or a level that this processor has not.
InstructionLevel instruction_level();

/// Makes LibTorch and the libraries below it keep to the level that GANYMEDE_ISA, or `wanted` before it, names. They
/// read their own variables when they are loaded, so the program starts itself again with these set; what is set
/// already stays. Returns where nothing has to be done. `argv` ends in a null pointer. Throws as above.
void keep_to_instruction_level(char** argv, const std::string& wanted = {});

}  // namespace ganymede
