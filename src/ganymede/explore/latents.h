// Vectors of the latent space: points named by seed and index, interpolation between them, and arithmetic.
#pragma once

#include <span>

#include "ganymede/models/gan.h"

namespace ganymede::explore {

/// An image of `ganymede sample`: image `index` of `seed`.
struct Exemplar {
  std::uint64_t seed = 0, index = 0;
};

/// Their latents, [N, size].
Tensor latents_of(const config::LatentConfig& latent, std::span<const Exemplar> exemplars);

enum class Blend {
  kLinear,
  kSpherical,  ///< along the great circle (White 2016): keeps the length that normal noise of many dimensions has
};

/// The point a share `t` on the line from `a` to `b`; both [size] or [N, size]. Spherical falls back to linear where
/// the angle is too small, or too near half a turn, to say which circle.
Tensor blend(const Tensor& a, const Tensor& b, double t, Blend interpolation);

/// [frames, size]: `frames` points spread evenly from the first of `anchors` [K, size] through all to the last.
Tensor path(const Tensor& anchors, std::int64_t frames, Blend interpolation);
/// As path(), and back to the first: its end is not generated twice.
Tensor closed_path(const Tensor& anchors, std::int64_t frames, Blend interpolation);

/// [rows, size]: each row of `weights` [rows, K] mixes the `anchors` [K, size] to sum(w z) / |w|, which has the length
/// of the normal noise that they are. No row may be all zeros.
Tensor mixed(const Tensor& anchors, const Tensor& weights);

/// Weights f32 [frames, classes] that go evenly from all for class `from` to all for class `to`.
Tensor class_path(std::int64_t from, std::int64_t to, std::int64_t classes, std::int64_t frames);

/// mean(a) - mean(b) + mean(c), [size], of groups [N, size] (Radford et al. 2016, section 6.3.2). One image's vector
/// holds much that is its own, so a concept is the mean of several: three there.
Tensor arithmetic(const Tensor& a, const Tensor& b, const Tensor& c);

/// From the mean of `without` to the mean of `with`, [size]: added to another latent, it adds what tells them apart.
Tensor direction(const Tensor& with, const Tensor& without);

/// [9, size]: `centre` in the middle (row 4) of eight perturbations, each with uniform noise of +-`radius` added, as in
/// figure 7 of Radford et al. 2016.
Tensor perturbations(const Tensor& centre, double radius, std::uint64_t seed);

}  // namespace ganymede::explore
