// Numbers about a whole data set.
#pragma once

#include <cstddef>
#include <vector>

#include "ganymede/data/dataset.h"

namespace ganymede::data {

struct Statistics {
  std::vector<std::size_t> per_class;   ///< images of each class, by label
  std::size_t unlabelled = 0;           ///< images without a label
  std::vector<double> mean, deviation;  ///< of each channel over all pixels, 0 to 1
};

/// Reads every image once, on all processors. Throws what reading throws.
Statistics statistics(const Dataset& dataset);

}  // namespace ganymede::data
