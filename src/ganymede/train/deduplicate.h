// Near-duplicates in a data set by semantic hashing, as Radford, Metz and Chintala ("Unsupervised representation
// learning with deep convolutional GANs", 2016, section 4.1.1) cleaned their training sets: a 3072-128-3072 de-noising,
// dropout-regularised ReLU autoencoder learns the images' 32x32 centre crops; which of its 128 code units are active is
// an image's hash, and images with equal hashes are duplicates.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::train {

struct DeduplicateOptions {
  int steps = 2000;        ///< of Adam, batches of 128
  std::uint64_t seed = 0;  ///< the same seed gives the same hashes on the same machine
  /// Hashes that differ in at most so many bits count as equal, 0 to 15; the paper's are 0. A few find what was
  /// compressed again or made a little brighter as well. Most images differ in dozens, but things alone on a plain
  /// ground (a bird, an aeroplane in the sky) begin to meet at 4.
  int tolerance = 0;
};

/// Which of the 128 code units are active.
using ImageHash = std::array<std::uint64_t, 2>;

/// Trains the autoencoder on the images, which are 32x32 RGB, and hashes each of them. `report` is called after each
/// step with its number, from 1, and now and then its loss (0 otherwise).
/// Throws Error for images of another shape, Cancelled (core/task.h).
std::vector<ImageHash> semantic_hashes(const data::Dataset& dataset, const DeduplicateOptions& options,
                                       const std::function<void(int step, double loss)>& report);

/// Images with equal hashes, in groups of two or more, rising in each and by the first of each. With a tolerance, what
/// is equal to a member belongs to the group.
std::vector<std::vector<std::size_t>> duplicate_groups(std::span<const ImageHash> hashes, int tolerance);

}  // namespace ganymede::train
