#include "ganymede/core/precision.h"

#include <fstream>
#include <sstream>

#include "ganymede/core/instruction_level.h"

namespace ganymede {

bool has_fast_bf16(const torch::Device& device) {
  // Every CUDA device LibTorch 2.x still supports with tensor cores has bf16 from capability 8 on; older ones emulate
  // it correctly but slowly.
  if (device.is_cuda()) return at::globalContext().hasCUDA();
  if (instruction_level() < InstructionLevel::kAvx512) return false;
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    std::istringstream words(line);
    for (std::string flag; words >> flag;) {
      if (flag == "avx512_bf16" || flag == "amx_bf16") return true;
    }
    return false;
  }
  return false;
}

bool multiplies_in_float(const Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kBFloat16 && instruction_level() < InstructionLevel::kAvx512;
}

}  // namespace ganymede
