// From an image back to the noise that the generator makes most like it.
#pragma once

#include <optional>
#include <vector>

#include "ganymede/models/gan.h"

namespace ganymede::explore {

struct ProjectOptions {
  int steps = 300;
  int starts = 8;       ///< points of the latent space each search begins from; the best one counts
  double rate = 0.05;   ///< Adam's, falling to zero along a cosine
  double prior = 1e-3;  ///< weight of the mean square of z beside the mean square error: keeps z where it was trained
  std::optional<double> truncation = {};  ///< of the points that it begins from
  std::uint64_t seed = 0;
};

struct Projection {
  Tensor latents;              ///< [N, size]
  std::vector<double> errors;  ///< mean square error of each image, in [-1, 1] units
};

/// Searches z by gradient descent through `generator`, for images [N, C, H, W] in [-1, 1]; uniform noise stays within
/// [-1, 1]. `labels` are the images' classes, int64 [N]; undefined where the generator makes none. `on_step` hears how
/// many steps are done, and may be empty.
Projection project(const models::Network& generator, const config::LatentConfig& latent, const Tensor& images,
                   const Tensor& labels, const ProjectOptions& options, const std::function<void(int)>& on_step = {});

}  // namespace ganymede::explore
