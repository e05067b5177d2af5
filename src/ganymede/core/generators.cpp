#include "ganymede/core/generators.h"

namespace ganymede {

torch::Generator cpu_generator(std::uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

}  // namespace ganymede
