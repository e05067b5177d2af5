// A long column of a table as few numbers that look the same on a chart.
#pragma once

#include <cstddef>
#include <vector>

namespace ganymede::serve {

/// At most about `points` values of `column`: of each of points / 2 stretches its least and its greatest, in the order
/// they stand in, so that no peak is lost and neighbouring columns stay aligned, row by row. NaN where a stretch holds
/// none. A column of no more than `points` comes back as it is.
std::vector<double> thinned(const std::vector<double>& column, std::size_t points);

}  // namespace ganymede::serve
