// Files of torch.save: zip archives with a pickle and the numbers of each storage.
#pragma once

#include <filesystem>
#include <vector>

#include "ganymede/checkpoint/safetensors.h"

namespace ganymede::exchange {

/// All tensors of a .pt or .pth file by their names; in dictionaries inside the first, as in checkpoints, by the path
/// to them ("netG.main.0.weight"). Contiguous, on the CPU. Nothing in the file is executed. Throws Error for what is
/// damaged, holds no tensors, or asks for code.
std::vector<checkpoint::NamedTensor> read_torch_file(const std::filesystem::path& path);

}  // namespace ganymede::exchange
