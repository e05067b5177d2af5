// What a training step found out.
#pragma once

#include "ganymede/train/health.h"

namespace ganymede::train {

/// Tensors are scalars, still on the device, so that nothing waits for them unasked.
struct StepResult {
  Tensor loss_d, loss_g;
  Tensor d_real, d_fake;  ///< mean output of real images and of generated ones
  /// Where the objective classifies: cross-entropy of the classes, and the share named rightly.
  Tensor class_loss_real, class_loss_fake, class_accuracy_real, class_accuracy_fake;
  Tensor penalty;                           ///< the weighted penalties within loss_d; undefined where none was due
  double grad_norm_d = 0, grad_norm_g = 0;  ///< only where measured
  double learning_rate_d = 0, learning_rate_g = 0;
  Tensor augment_probability;  ///< f64, on the device or the CPU; undefined where nothing is augmented
  SeenBatch seen;              ///< of the last discriminator update, or its last part; kept only where measured
};

/// Adds a part's value to the whole step's.
inline void add_to(Tensor& sum, const Tensor& term) {
  sum = sum.defined() ? sum + term : term;
}

}  // namespace ganymede::train
