// A mean with its deviation. Installed.
#pragma once

#include <vector>

namespace ganymede::quality {

/// The mean of several estimates and their standard deviation (divided by their number, as numpy's std); NaN
/// where one estimate is all there is.
struct MeanAndDeviation {
  double mean = 0, deviation = 0;
};

/// `estimates` is not empty.
MeanAndDeviation mean_and_deviation(const std::vector<double>& estimates);

}  // namespace ganymede::quality
