// Frechet distance of two Gaussians (Dowson and Landau 1982), which is FID when the features are Inception's
// (Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", 2017).
#pragma once

#include <string>

#include "ganymede/quality/moments.h"

namespace ganymede::quality {

/// A Gaussian: mean f64 [D], covariance f64 [D, D].
struct GaussianMoments {
  Tensor mean, covariance;
};

/// |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^1/2). The last trace is that of (S1^1/2 S2 S1^1/2)^1/2, whose matrices are
/// symmetric: two symmetric eigenproblems, and eigenvalues that rounding made negative count as 0.
/// Rounding can leave a little less than 0 where the two are equal.
double frechet_distance(const GaussianMoments& a, const GaussianMoments& b);
/// The same of two sets, never below 0. Throws Error when the widths differ, or a set has fewer than two vectors.
double frechet_distance(const Moments& a, const Moments& b);

/// Throws Error where there are fewer images than their features are wide: its covariance is then singular, and the
/// distance far too large.
void expect_enough(std::int64_t images, std::int64_t width, const std::string& name);

}  // namespace ganymede::quality
