// Internal to image/: from a series to the lines that are drawn.
#pragma once

#include <vector>

#include "ganymede/image/axis.h"
#include "ganymede/image/chart.h"

namespace ganymede::image {

struct Point {
  double x, y;
};

/// Whether a value can be drawn: finite, and not so large that arithmetic on ranges would overflow.
bool drawable(double value);

/// The series in pixels, cut at gaps. Where many points share a pixel column only the lowest and highest of them are
/// kept, in their order, which looks the same; the line's own ends always are.
std::vector<std::vector<Point>> polylines(const Series& series, const Scale& x, const Scale& y);

}  // namespace ganymede::image
