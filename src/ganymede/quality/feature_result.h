// What a linear classifier on features found. Installed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ganymede/quality/mean_and_deviation.h"

namespace ganymede::quality {

struct FeatureResult {
  MeanAndDeviation accuracy;  ///< on the test images, over the repeats
  std::vector<double> costs;  ///< C of each repeat, chosen on the validation images
  double validation = 0;      ///< accuracy there, mean over the repeats
  std::size_t labels = 0, validation_images = 0, test_images = 0;
  std::int64_t width = 0;
};

}  // namespace ganymede::quality
