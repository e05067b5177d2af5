#include "ganymede/image/chart.h"
#include "ganymede/image/grid.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(NoCharts, NamesTheOptionToSwitchOn) {
  EXPECT_THAT(error_of([] { chart_svg({}); }), HasSubstr("GANYMEDE_CHARTS=ON"));
  EXPECT_THAT(error_of([] { chart_png({}); }), HasSubstr("GANYMEDE_CHARTS=ON"));
  EXPECT_THAT(error_of([] { labelled_grid({}); }), HasSubstr("GANYMEDE_CHARTS=ON"));
  EXPECT_THAT(error_of([] { side_by_side({}); }), HasSubstr("GANYMEDE_CHARTS=ON"));
}

}  // namespace
}  // namespace ganymede::image
