// Built without CUDA's headers, which Debian's LibTorch does not need: every step is launched kernel by kernel.
#include "ganymede/core/cuda_graph.h"
#include "ganymede/core/error.h"

namespace ganymede {

struct CudaGraph::Recorded {};

bool CudaGraph::available(const torch::Device&) {
  return false;
}

CudaGraph::CudaGraph(const torch::Device&, const std::function<void()>&) {
  throw Error("this program was built without CUDA's headers, and captures nothing");
}

CudaGraph::~CudaGraph() = default;

void CudaGraph::replay() {}

}  // namespace ganymede
