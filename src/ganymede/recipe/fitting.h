// A recipe for images that somebody has: what `ganymede new` writes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ganymede::config {

/// What a recipe for a set of images depends on; sound images alone.
struct ImageFacts {
  std::string source = "folder";     ///< the kind of data set that reads them
  std::string path;                  ///< where they are, absolute
  std::size_t images = 0, grey = 0;  ///< all, and those of one channel
  int shorter_side = 0;              ///< the median of the images' shorter sides, in pixels
  double ratio = 1;                  ///< the median of longer by shorter side
  std::vector<std::string> classes = {};
  std::size_t smallest_class = 0;  ///< how many images it has
  std::size_t unlabelled = 0, bad = 0;
};

struct FittingWishes {
  std::optional<int> size = {};             ///< of the recipe's images: 16, 32, 64 or 128
  std::optional<std::uint64_t> steps = {};  ///< nothing: as many as 100 epochs have, at least 2,000
};

/// A whole recipe in TOML with a comment on each choice: hinge loss with spectral normalisation in the discriminator
/// (Miyato et al. 2018) and batch norm in the generator; conditional where each class has enough images; DiffAugment
/// (Zhao et al. 2020) where there are few. Throws UsageError for fewer images than can be trained on.
std::string fitting_recipe(const std::string& name, const ImageFacts& facts, const FittingWishes& wishes);

}  // namespace ganymede::config
