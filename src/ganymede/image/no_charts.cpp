// Stands in for canvas.cpp, labelled.cpp and chart.cpp where the build has no cairo.
#include "ganymede/core/error.h"
#include "ganymede/image/chart.h"
#include "ganymede/image/grid.h"

namespace ganymede::image {
namespace {

[[noreturn]] void throw_no_charts() {
  throw Error("this build cannot draw charts or labelled grids", {},
              "install cairo (libcairo2-dev) and configure with -DGANYMEDE_CHARTS=ON");
}

}  // namespace

bool can_draw_charts() {
  return false;
}

std::string chart_svg(const Chart&) {
  throw_no_charts();
}
Bytes chart_png(const Chart&) {
  throw_no_charts();
}
Image labelled_grid(std::span<const LabelledRow>, const std::string&, int) {
  throw_no_charts();
}
Image under_names(const Image&, std::span<const std::string>, int, int) {
  throw_no_charts();
}
Image side_by_side(std::span<const std::pair<std::string, Image>>) {
  throw_no_charts();
}

}  // namespace ganymede::image
