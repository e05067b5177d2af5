// Sliced Wasserstein distance of patches of Laplacian pyramids (Karras et al., "Progressive growing of GANs for
// improved quality, stability, and variation", 2018, section 5): compares textures at each scale, and needs no network.
#pragma once

#include <map>

#include "ganymede/core/torch_compat.h"
#include "ganymede/data/dataset.h"

namespace ganymede::quality {

inline constexpr int kPatch = 7, kPatchesPerImage = 128, kDirections = 512;
inline constexpr int kSmallestLevel = 16;  ///< pixels of the shorter side
/// Images of each set that take part at most, spread evenly: patches of more would not fit into memory.
inline constexpr std::size_t kSlicedImages = 2048;

/// Of fewer images the patches are those of a few images, not of what a generator generates.
inline constexpr std::int64_t kMinSliced = 10;

struct SlicedWasserstein {
  std::map<int, double> levels;  ///< times 1000, by the level's height: 64, 32, 16
  double mean = 0;               ///< over the levels
  std::size_t images = 0;        ///< of each set that took part
};

/// Of equally large images; as many of each set as the smaller has, at most kSlicedImages. Patches and directions are
/// sampled from `seed`. Throws Error when the shapes differ, the images are smaller than kSmallestLevel, or a set has
/// fewer than kMinSliced.
SlicedWasserstein sliced_wasserstein(const data::Dataset& real, const data::Dataset& fake, std::uint64_t seed = 0);

/// The levels of images [N, C, H, W] in f32, the finest first; the last one is what is left after the others.
std::vector<Tensor> laplacian_pyramid(const Tensor& images);

}  // namespace ganymede::quality
