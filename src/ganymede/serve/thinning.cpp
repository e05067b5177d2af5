#include "ganymede/serve/thinning.h"

#include <algorithm>
#include <cmath>

namespace ganymede::serve {

std::vector<double> thinned(const std::vector<double>& column, std::size_t points) {
  const std::size_t rows = column.size(), stretches = std::max<std::size_t>(1, points / 2);
  if (rows <= points) return column;
  std::vector<double> out;
  out.reserve(2 * stretches);
  for (std::size_t i = 0; i < stretches; ++i) {
    const std::size_t begin = rows * i / stretches, end = rows * (i + 1) / stretches;
    std::size_t low = end, high = end;
    for (std::size_t row = begin; row < end; ++row) {
      if (std::isnan(column[row])) continue;
      if (low == end || column[row] < column[low]) low = row;
      if (high == end || column[row] > column[high]) high = row;
    }
    if (low == end) {
      out.insert(out.end(), {NAN, NAN});
    } else {
      out.push_back(column[std::min(low, high)]);
      out.push_back(column[std::max(low, high)]);
    }
  }
  return out;
}

}  // namespace ganymede::serve
