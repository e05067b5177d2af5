// Built where LibTorch is for CPUs alone, or NCCL's header is not there.
#include "ganymede/core/error.h"
#include "ganymede/distributed/gpu_exchange.h"

namespace ganymede::distributed {

std::string gpu_name(const torch::Device& device) {
  static_cast<void>(device);
  return {};
}

std::unique_ptr<GpuExchange> make_gpu_exchange(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                               const torch::Device& device) {
  static_cast<void>(store), static_cast<void>(rank), static_cast<void>(size);
  throw Error("this program was built without NCCL", device.str());
}

}  // namespace ganymede::distributed
