// Whether generated images are copies of training images.
#pragma once

#include "ganymede/quality/nearest_images.h"

namespace ganymede::quality {

/// How near a set of images comes to the training set, in one space.
struct Closeness {
  /// Share of images that are further from their nearest training image than that one is from its own nearest other
  /// training image: authenticity of Alaa et al. ("How faithful is your synthetic data?", 2022). Copies have 0.
  double authenticity = 0;
  double median_distance = 0;  ///< to the nearest training image
  Neighbours nearest;          ///< training images of each, nearest first
};

/// The `k` nearest images of each image of `images` among `training`, which both `embedding` turns into vectors. Images
/// never seen in training (a test split) tell what to expect of a generator that copies nothing. Throws Error with
/// fewer than two training images, or no more than k.
Closeness closeness(const data::Dataset& images, const data::Dataset& training, std::int64_t k,
                    const Embedding& embedding, const std::function<void(std::size_t)>& report = {});

}  // namespace ganymede::quality
