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

  /// f64 []. It lies where it lies, and observe() changes it there: a captured step does, too (train/captured_steps.h).
  const Tensor& probability() const { return probability_; }
  /// Reads it, which waits for the device.
  double value() const { return probability_.item<double>(); }
  /// After each update of the discriminator: its scores of real images [N]. Every fourth time the probability moves by
  /// (images of those four) / horizon, up where the mean sign of their scores was above the target, else down. Where
  /// `sum` is given, the scores are a share of a batch, and counted with those of `processes` processes.
  void observe(const Tensor& real_scores, const ProcessSum* sum = nullptr, int processes = 1);

  /// What is counted on the host: since the last move.
  struct Counted {
    double images = 0, updates = 0;
  };
  const Counted& counted() const { return counted_; }
  void count_as(const Counted& counted) { counted_ = counted; }
  /// Counts an update of so many images, as observe() does; whether the probability moves with it.
  bool counts(double images);
  /// The images that the move which the next update brings is made with; -1 where it brings none.
  double moves_with(double images) const;

  /// All of it, f64 [4] on the CPU, for checkpoints.
  Tensor state() const;
  void load_state(const Tensor& state);

 private:
  double target_, horizon_;
  Tensor probability_ = at::zeros({}, at::kDouble);
  Tensor signs_ = at::zeros({}, at::kDouble);  ///< their sum since the last move
  Counted counted_ = {};
};

}  // namespace ganymede::augment
