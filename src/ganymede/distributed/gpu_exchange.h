// Sums and copies between GPUs over their own links (NCCL), for processes that each have a GPU to themselves. Internal
// to distributed.
#pragma once

#include <memory>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/csrc/distributed/c10d/Work.hpp>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::distributed {

/// Works on contiguous tensors of the GPU, in the order of the calls.
class GpuExchange {
 public:
  using Work = c10::intrusive_ptr<c10d::Work>;
  virtual ~GpuExchange() = default;
  virtual Work sum(std::vector<Tensor>& tensors) = 0;
  /// Process 0's, for everybody.
  virtual Work broadcast(std::vector<Tensor>& tensors) = 0;
  /// Ends what is on its way, so that the GPU is free again: with a lost process it would wait for ever.
  virtual void give_up() = 0;
};

/// The name of a GPU among all machines' (its UUID). Empty for other devices, where this build has no NCCL, and
/// where GANYMEDE_NCCL is "off".
std::string gpu_name(const torch::Device& device);

/// Whether NCCL can serve processes on GPUs of these names: it refuses two of them on one, and wants one for each.
bool each_has_its_own(std::vector<std::string> names);

/// Made by all processes at once, each on `device`, by keys of `store`. Throws c10::Error where NCCL fails, and is
/// never called where gpu_name is empty.
std::unique_ptr<GpuExchange> make_gpu_exchange(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                               const torch::Device& device);

}  // namespace ganymede::distributed
