#include "ganymede/core/instruction_level.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "ganymede/core/error.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#endif

namespace ganymede {
namespace {

constexpr const char* kVariable = "GANYMEDE_ISA";
constexpr std::array<const char*, 4> kNames{"plain", "avx2", "avx512", "tiles"};

#ifdef __x86_64__
/// AMX with bf16, and AVX-512 with bf16 beside it. Linux has to be asked once for the tiles' registers.
bool has_tiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  const bool tiles = (d >> 22 & 1u) != 0 && (d >> 24 & 1u) != 0;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) == 0 || (a >> 5 & 1u) == 0) return false;
  constexpr long request_permission = 0x1023, tile_data = 18;
  return tiles && ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

InstructionLevel detect() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) {
    return InstructionLevel::kPlain;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return InstructionLevel::kAvx2;
  }
  return has_tiles() ? InstructionLevel::kTiles : InstructionLevel::kAvx512;
}
#else
InstructionLevel detect() {
  return InstructionLevel::kPlain;
}
#endif

InstructionLevel level_named(const std::string& name, const std::string& where) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i]) continue;
    const auto level = static_cast<InstructionLevel>(i);
    if (level > detected_level()) {
      throw UsageError("this processor has no '" + name + "', only '" + name_of(detected_level()) + "'", where);
    }
    return level;
  }
  throw UsageError("unknown instruction level '" + name + "'", where, suggest(name, {kNames.begin(), kNames.end()}));
}

/// What the libraries read: LibTorch's own kernels, oneDNN, OpenBLAS, and MKL where LibTorch was built with it.
std::vector<std::pair<const char*, const char*>> variables_of([[maybe_unused]] InstructionLevel level) {
#ifdef __x86_64__
  switch (level) {
    case InstructionLevel::kPlain:
      return {{"ATEN_CPU_CAPABILITY", "default"},
              {"ONEDNN_MAX_CPU_ISA", "SSE41"},
              {"DNNL_MAX_CPU_ISA", "SSE41"},
              {"OPENBLAS_CORETYPE", "Nehalem"},
              {"MKL_ENABLE_INSTRUCTIONS", "SSE4_2"}};
    case InstructionLevel::kAvx2:
      return {{"ATEN_CPU_CAPABILITY", "avx2"},
              {"ONEDNN_MAX_CPU_ISA", "AVX2"},
              {"DNNL_MAX_CPU_ISA", "AVX2"},
              {"OPENBLAS_CORETYPE", "Haswell"},
              {"MKL_ENABLE_INSTRUCTIONS", "AVX2"}};
    case InstructionLevel::kAvx512:
      return {{"ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16"}, {"DNNL_MAX_CPU_ISA", "AVX512_CORE_BF16"}};
    case InstructionLevel::kTiles:
      break;
  }
#endif
  // Elsewhere "plain" is what there is: the libraries choose for themselves.
  return {};
}

}  // namespace

const char* name_of(InstructionLevel level) {
  return kNames[static_cast<std::size_t>(level)];
}

InstructionLevel detected_level() {
  static const InstructionLevel level = detect();
  return level;
}

InstructionLevel instruction_level() {
  static const InstructionLevel level = [] {
    const char* name = std::getenv(kVariable);
    return name == nullptr || *name == '\0' ? detected_level() : level_named(name, kVariable);
  }();
  return level;
}

void keep_to_instruction_level(char** argv, const std::string& wanted) {
  bool changed = false;
  if (!wanted.empty()) {
    level_named(wanted, "--isa");
    const char* now = std::getenv(kVariable);
    changed = now == nullptr || wanted != now;
    ::setenv(kVariable, wanted.c_str(), 1);
  }
  const char* name = std::getenv(kVariable);
  if (name == nullptr || *name == '\0') return;
  for (const auto& [variable, value] : variables_of(level_named(name, kVariable))) {
    if (std::getenv(variable) != nullptr) continue;
    ::setenv(variable, value, 1);
    changed = true;
  }
  if (!changed) return;
  ::execv("/proc/self/exe", argv);
  throw Error(std::string("the program cannot start itself again: ") + std::strerror(errno), kVariable);
}

}  // namespace ganymede
