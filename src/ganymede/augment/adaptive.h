// The probability that finds itself (Karras et al. 2020, section 3): too many real images taken for real means that the
// discriminator knows them by heart.
#pragma once

#include "ganymede/core/batch_share.h"
#include "ganymede/core/torch_compat.h"

namespace ganymede::augment {

/// Kept on the device of the scores, so that a step need not wait for it.
class AdaptiveProbability {
 public:
  /// `horizon`: the images in which the probability could go from 0 to 1.
  AdaptiveProbability(double target, double horizon) : target_(target), horizon_(horizon) {}

  /// f64 []. Never changed in place: a later observe() makes another.
  const Tensor& probability() const { return probability_; }
  /// Reads it, which waits for the device.
  double value() const { return probability_.item<double>(); }
  /// After each update of the discriminator: its scores of real images [N]. Every fourth time the probability moves by
  /// (images of those four) / horizon, up where the mean sign of their scores was above the target, else down. Where
  /// `sum` is given, the scores are a share of a batch, and counted with those of `processes` processes.
  void observe(const Tensor& real_scores, const ProcessSum* sum = nullptr, int processes = 1);

  /// All of it, f64 [4] on the CPU, for checkpoints.
  Tensor state() const;
  void load_state(const Tensor& state);

 private:
  double target_, horizon_;
  Tensor probability_ = at::zeros({}, at::kDouble);
  Tensor signs_ = at::zeros({}, at::kDouble);  ///< their sum since the last move
  double images_ = 0, updates_ = 0;            ///< since the last move
};

}  // namespace ganymede::augment
