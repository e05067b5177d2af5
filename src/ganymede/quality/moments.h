// Mean and covariance of features that arrive in pieces, in double precision.
#pragma once

#include <cstdint>
#include <string>

#include "ganymede/core/torch_compat.h"

namespace ganymede::quality {

/// Sums over feature vectors seen so far. Pieces may come in any number and size: the update of Chan, Golub and LeVeque
/// ("Algorithms for computing the sample variance", 1983) never subtracts large sums from each other.
class Moments {
 public:
  /// `features` [n, D] in any float type. Throws Error when D differs from what came before, or a value is not finite.
  void add(const Tensor& features);
  /// As if everything `other` saw had been added here.
  void merge(const Moments& other);

  std::int64_t count() const { return count_; }
  /// D; 0 before the first piece.
  std::int64_t dimension() const { return mean_.defined() ? mean_.size(0) : 0; }
  /// f64 [D].
  const Tensor& mean() const { return mean_; }
  /// f64 [D, D], divided by count - 1 as numpy's cov does. Throws Error with fewer than two vectors.
  Tensor covariance() const;

 private:
  void take(std::int64_t count, const Tensor& mean, Tensor centred);

  std::int64_t count_ = 0;
  Tensor mean_, scatter_;  ///< scatter_: the sum of the outer products of what differs from the mean
};

/// Of all rows of [N, D], a block at a time, so that they are never all in f64.
Moments moments_of(const Tensor& features);

/// Throws Error, naming `what`, unless every value of [n, D] is finite.
void expect_finite(const Tensor& features, const std::string& what);

}  // namespace ganymede::quality
