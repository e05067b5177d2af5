#include "ganymede/core/cuda_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/cuda.h>

namespace ganymede {

struct CudaGraph::Recorded {
  at::cuda::CUDAGraph graph;
};

bool CudaGraph::available(const torch::Device& device) {
  return device.is_cuda();
}

CudaGraph::CudaGraph(const torch::Device& device, const std::function<void()>& work)
    : recorded_(std::make_unique<Recorded>()) {
  const c10::DeviceGuard current(device);
  torch::cuda::synchronize(device.index());
  // The default stream cannot be captured. LibTorch's guard for any device: CUDA's own would link the runtime.
  const c10::StreamGuard aside(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index()).unwrap());
  recorded_->graph.capture_begin();
  try {
    work();
  } catch (...) {
    // The stream leaves its capture, whose own complaint would say less.
    try {
      recorded_->graph.capture_end();
    } catch (const c10::Error&) {
    }
    throw;
  }
  recorded_->graph.capture_end();
}

CudaGraph::~CudaGraph() = default;

void CudaGraph::replay() {
  recorded_->graph.replay();
}

}  // namespace ganymede
