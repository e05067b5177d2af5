// The L2-regularised L2-loss linear support vector machine, one class against the rest: for each class
//   min over w, b of (|w|^2 + b^2) / 2 + C sum_i max(0, 1 - y_i (w.x_i + b))^2,   y_i = 1 for the class, else -1.
// The objective and the regularised b are those of LIBLINEAR's solver 2 (Fan et al. 2008), the classifier of Radford et
// al. (2016); a test compares the two. The search is Newton's with conjugate gradients and an
// exact line search (Keerthi and DeCoste, "A modified finite Newton method for fast solution of large scale linear
// SVMs", 2005), of all classes at once: each pass over the features serves them all, where LIBLINEAR makes one for
// each. Where there are more examples than features, the gradients are preconditioned by the inverse of 1 + 2 C f X' X,
// the Hessian if an f-th of all examples, chosen at random, lay inside the margin: one factorisation for each C, and
// few passes.
#pragma once

#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::quality {

/// What classifiers are trained on, whatever their C.
class SvmExamples {
 public:
  /// `features` f32 [N, D], taken times `scale`; `labels` 0, 1, ... of each row.
  /// Throws Error with fewer than two classes, and for numbers that are not finite.
  SvmExamples(const Tensor& features, const std::vector<int>& labels, double scale = 1);

 private:
  friend class LinearSvm;
  Tensor features_, signs_;  // f32 [N, D]; [N, classes]: 1 for the class, -1 for others
  Tensor products_;          // f32 [D + 1, D + 1]: X' X; undefined where there are fewer examples than features
  double scale_;
};

class LinearSvm {
 public:
  /// `cost` is C. The search begins at the weights of `start`, of the same features and classes, if there is one: the
  /// same optimum, sooner. Throws Cancelled (core/task.h).
  LinearSvm(const SvmExamples& examples, double cost, const LinearSvm* start = nullptr);

  /// Share of rows whose class it finds.
  double accuracy(const Tensor& features, const std::vector<int>& labels) const;
  /// f32 [classes, D + 1]: of the scaled features, then b.
  const Tensor& weights() const { return weights_; }

 private:
  double scale_;
  Tensor weights_;
};

}  // namespace ganymede::quality
