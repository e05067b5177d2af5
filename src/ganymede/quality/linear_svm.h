// LIBLINEAR's linear classifier: the L2-regularised L2-loss support vector machine, one class against the rest
// (Fan et al., "LIBLINEAR: a library for large linear classification", 2008; solver 2, which draws nothing at random).
#pragma once

#include <memory>
#include <vector>

#include "ganymede/core/torch_compat.h"

namespace ganymede::quality {

/// Rows in LIBLINEAR's form, which takes 16 bytes for each feature that is not 0.
class SvmProblem {
 public:
  /// `features` f32 [N, D] times `scale`, with one constant feature more. Labels are 0, 1, ...
  /// Throws Error when they would take more memory than this machine has free, and for numbers that are not finite.
  SvmProblem(const Tensor& features, std::vector<int> labels, double scale = 1);
  ~SvmProblem();
  SvmProblem(SvmProblem&&) noexcept;

  std::size_t size() const;

 private:
  friend class LinearSvm;
  struct Rows;
  std::unique_ptr<Rows> rows_;
};

class LinearSvm {
 public:
  /// `cost` is C: what a point on the wrong side costs, next to the weights' square. The search begins at the weights of
  /// `start`, one of the same features and classes, if there is one: the same optimum, sooner. Throws Error with fewer
  /// than two classes.
  LinearSvm(const SvmProblem& problem, double cost, const LinearSvm* start = nullptr);
  ~LinearSvm();
  LinearSvm(LinearSvm&&) noexcept;
  LinearSvm& operator=(LinearSvm&&) noexcept;

  /// Share of rows whose class it finds.
  double accuracy(const SvmProblem& problem) const;

 private:
  struct Trained;
  std::unique_ptr<Trained> trained_;
};

}  // namespace ganymede::quality
