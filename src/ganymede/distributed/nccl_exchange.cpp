#include <ATen/cuda/CUDAContext.h>
#include <c10/core/DeviceGuard.h>
#include <fmt/format.h>

#include <cstdlib>
#include <string_view>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <utility>

#include "ganymede/distributed/gpu_exchange.h"

namespace ganymede::distributed {
namespace {

using Nccl = c10d::ProcessGroupNCCL;

class NcclExchange : public GpuExchange {
 public:
  NcclExchange(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, const torch::Device& device)
      : device_(device) {
    // Its own watchdog would end the process for a lost one, before the state is saved: the heartbeat says who is lost.
    ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*overwrite=*/0);
    const auto options = Nccl::Options::create();
    options->timeout = std::chrono::hours(240);
    const c10::DeviceGuard current(device_);
    nccl_ = c10::make_intrusive<Nccl>(store, rank, size, options);
  }
  ~NcclExchange() override {
    // After give_up its destructor would wait for a communicator that is gone.
    if (given_up_) static_cast<void>(nccl_.release());
  }

  Work sum(std::vector<Tensor>& tensors) override {
    const c10::DeviceGuard current(device_);
    return nccl_->allreduce(tensors, c10d::AllreduceOptions{});
  }
  Work broadcast(std::vector<Tensor>& tensors) override {
    const c10::DeviceGuard current(device_);
    return nccl_->broadcast(tensors, c10d::BroadcastOptions{});
  }
  void give_up() override {
    if (std::exchange(given_up_, true)) return;
    nccl_->abort();
  }

 private:
  torch::Device device_;
  c10::intrusive_ptr<Nccl> nccl_;
  bool given_up_ = false;
};

}  // namespace

std::string gpu_name(const torch::Device& device) {
  const char* setting = std::getenv("GANYMEDE_NCCL");
  if (!device.is_cuda() || (setting != nullptr && std::string_view(setting) == "off")) return {};
  const auto& uuid = at::cuda::getDeviceProperties(device.index())->uuid.bytes;
  std::string name;
  for (const char byte : uuid) name += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return name;
}

std::unique_ptr<GpuExchange> make_gpu_exchange(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                               const torch::Device& device) {
  return std::make_unique<NcclExchange>(store, rank, size, device);
}

}  // namespace ganymede::distributed
