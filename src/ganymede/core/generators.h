// LibTorch generators made from a stream's seed. Nothing in this program uses a global generator.
#pragma once

#include <cstdint>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// A generator on the CPU that starts at `seed`.
torch::Generator cpu_generator(std::uint64_t seed);

}  // namespace ganymede
