#include "ganymede/quality/mean_and_deviation.h"

#include <cmath>
#include <numeric>

namespace ganymede::quality {

MeanAndDeviation mean_and_deviation(const std::vector<double>& estimates) {
  const auto count = static_cast<double>(estimates.size());
  const double mean = std::accumulate(estimates.begin(), estimates.end(), 0.0) / count;
  double squares = 0;
  for (const double estimate : estimates) squares += (estimate - mean) * (estimate - mean);
  return {mean, std::sqrt(squares / count)};
}

}  // namespace ganymede::quality
