// Line and scatter charts: several panels under one title, as SVG or PNG from the same drawing code.
// Drawing needs cairo (CMake option GANYMEDE_CHARTS); without it chart_svg and chart_png throw Error.
#pragma once

#include <string>
#include <vector>

#include "ganymede/core/files.h"

namespace ganymede::image {

/// Points in the order they are joined. A value that is not finite leaves a gap. Points beyond the shorter of x and y
/// are ignored. Series of the same name share a colour and one entry in the legend.
struct Series {
  std::string name;
  std::vector<double> x, y;
  bool faint = false;      ///< drawn thin and pale, behind the others: the raw data of a smoothed series
  bool scattered = false;  ///< dots that nothing joins, all of them, in the legend too
  int colour = -1;  ///< of the palette, for what belongs together in several panels; by its name's place unless given
  int dash = 0;     ///< 0 is a whole line, 1 to 3 are broken ones: tells lines of one colour apart
};

struct Panel {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  std::string note = {};  ///< before the legend: what holds for all of its lines
};

struct Chart {
  std::string title;
  std::vector<Panel> panels;  ///< one under the other
};

/// Whether this build can draw charts and labelled sheets.
bool can_draw_charts();
/// 800 pixels wide, on a background of its own, so legible on dark pages too. The same chart gives the same text;
/// letters are outlines, so the reader needs no font. Long series are thinned to what can be seen.
std::string chart_svg(const Chart& chart);
/// The same drawing at twice the resolution.
Bytes chart_png(const Chart& chart);

/// Exponential moving average, s = weight * s + (1 - weight) * y from s = 0 with Adam's bias correction; `weight` in
/// [0, 1). Values that are not finite pass through and leave s alone.
Series smoothed(const Series& series, double weight);

}  // namespace ganymede::image
