// What a training step has beside its common parts where several processes share its batch.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ganymede/distributed/gradient_mean.h"

namespace ganymede::train {

/// A training's tensors and numbers, to be made process 0's everywhere.
struct SharedTensors {
  std::vector<Tensor> tensors;  ///< themselves, not copies
  std::vector<double> numbers;
};

/// Copies of tensors, to go back to.
class Kept {
 public:
  /// In the memory of the copies before, where they are as large.
  void keep(const std::vector<Tensor>& tensors);
  void restore() const;

 private:
  std::vector<std::pair<Tensor, Tensor>> tensors_;  ///< each with its copy
};

struct SharedStep {
  SharedStep(const distributed::Group& with, std::vector<Tensor> generator, std::vector<Tensor> discriminator)
      : group(with),
        generator_gradients(with, std::move(generator)),
        discriminator_gradients(with, std::move(discriminator)) {}

  const distributed::Group& group;
  distributed::GradientMean generator_gradients, discriminator_gradients;
  Kept before;        ///< of the step at hand, where this process saves what there is when another one is lost
  bool stop = false;  ///< one of the processes was asked to stop: all do, after the same step

  BatchShare share() const { return {group.rank(), group.size(), &group}; }
};

/// All processes get process 0's.
void broadcast(const distributed::Group& group, SharedTensors& shared);

}  // namespace ganymede::train
