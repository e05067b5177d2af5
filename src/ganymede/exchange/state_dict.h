// Tensors by the names that PyTorch gives them.
#pragma once

#include <vector>

#include "ganymede/checkpoint/safetensors.h"
#include "ganymede/models/network.h"

namespace ganymede::exchange {

/// What `state_dict()` of an nn.Sequential of the same layers holds, one module for each layer of the recipe's list,
/// reshape (Unflatten) and flatten among them: "0.weight", "1.running_mean". Spectral normalisation is that of
/// torch.nn.utils.spectral_norm(dim=0) ("0.weight_orig", "0.weight_u", "0.weight_v"). Layers inside others and heads
/// are numbered within theirs: "3.branch.0.weight", "adversarial.0.weight". The tensors are on the CPU.
std::vector<checkpoint::NamedTensor> state_dict(const models::Network& network);

/// The same names with the network's own tensors, without the counters of batches that batch norms have there.
std::vector<checkpoint::NamedTensor> tensors_by_pytorch_names(const models::Network& network);

}  // namespace ganymede::exchange
