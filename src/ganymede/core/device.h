// The devices that arithmetic can run on, as users name them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

/// How many CUDA devices LibTorch can use: none without a driver, or where it was built without CUDA.
int cuda_devices();

/// "auto" (the first CUDA device, or the CPU where there is none), "cpu", "cuda" (the first one) or "cuda:N"; `present`
/// is how many there are. Throws UsageError for another text, and Error, saying what is there, for a missing device.
torch::Device choose_device(const std::string& text, int present = cuda_devices());

/// "cuda:0 (NVIDIA H100 80GB HBM3)", "cpu": the model's name where the driver tells it.
std::string device_text(const torch::Device& device);

/// Bytes that are free on a CUDA device; nothing for other devices, or where CUDA's runtime cannot be asked.
std::optional<std::uint64_t> free_memory(const torch::Device& device);

}  // namespace ganymede
