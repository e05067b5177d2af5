// Training steps on a GPU as CUDA graphs (core/cuda_graph.h): a step is recorded when it has been made a few times, and
// replayed from then on. What a step hands to its launches as numbers of the host (learning rates, weights of a
// schedule, which penalties are due) is part of the record, so a step with other numbers is another graph.
#pragma once

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "ganymede/train/step_result.h"

namespace ganymede::train {

class CapturedSteps {
 public:
  /// Whether steps on this device are captured: on a GPU, unless GANYMEDE_CUDA_GRAPHS is "off".
  static bool available(const torch::Device& device);

  /// Records what its argument launches, and gives back what replays it; CudaGraph's, but for tests.
  using Record = std::function<std::function<void()>(const std::function<void()>& work)>;

  explicit CapturedSteps(const torch::Device& device);
  explicit CapturedSteps(Record record) : record_(std::move(record)) {}

  /// Whether a step with these numbers of the host is recorded, after `record` where it is time for that. False: it has
  /// to be made launch by launch. `make` is the step, launched with tensors that stay where they are; `undo` takes back
  /// what `make` changed on the host. A step that cannot be captured is reported once, and no other is tried.
  bool has(const std::vector<double>& numbers, const std::function<StepResult()>& make,
           const std::function<void()>& undo);
  /// Makes the recorded step. Its result is a copy.
  StepResult replay(const std::vector<double>& numbers);
  /// Tensors are about to move.
  void forget() { steps_.clear(); }

 private:
  struct Step {
    int made = 0;  ///< launch by launch
    std::function<void()> graph;
    StepResult result;  ///< tensors of the graph
  };

  void make_room();

  Record record_;
  bool works_ = true;
  std::map<std::vector<double>, Step> steps_;
};

}  // namespace ganymede::train
