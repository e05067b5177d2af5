// What a stretch of work launches on a GPU, recorded once and launched again as one: of a small network's step most of
// the time is otherwise spent launching its thousand kernels one by one.
#pragma once

#include <functional>
#include <memory>

#include "ganymede/core/torch_compat.h"

namespace ganymede {

class CudaGraph {
 public:
  /// Whether work on this device can be captured: a CUDA device, and a program built with CUDA's headers.
  static bool available(const torch::Device& device);

  /// Runs `work`, whose launches are recorded and not executed. What it reads and writes has to stay where it is, and
  /// nothing in it may wait for the device. Tensors that it made and that are still held have their values after each
  /// replay(). Throws whatever `work` throws, and c10::Error where it does something that cannot be captured.
  CudaGraph(const torch::Device& device, const std::function<void()>& work);
  ~CudaGraph();
  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  /// Executes what was recorded, after what the device has to do already; does not wait for it.
  void replay();

 private:
  struct Recorded;
  std::unique_ptr<Recorded> recorded_;
};

}  // namespace ganymede
