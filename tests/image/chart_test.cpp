#include "ganymede/image/chart.h"

#include <cmath>
#include <limits>
#include <string_view>

#include "ganymede/image/decode.h"
#include "support/support.h"

namespace ganymede::image {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Empty when `xml` is well formed as far as a drawing needs it: tags closed in order, quoted attributes, no stray
/// markup, only the predefined entities. Otherwise what is wrong.
std::string fault_in(std::string_view xml) {
  std::vector<std::string> open;
  size_t at = 0, roots = 0;
  if (xml.starts_with("<?xml")) at = xml.find("?>") + 2;
  while (at < xml.size()) {
    if (xml[at] == '&') {
      const std::string_view entity = xml.substr(at, xml.find(';', at) + 1 - at);
      if (entity != "&lt;" && entity != "&gt;" && entity != "&amp;")
        return "entity " + std::string(entity.substr(0, 20));
    } else if (xml[at] == '<') {
      const bool closing = xml.substr(at).starts_with("</");
      const size_t start = at + (closing ? 2 : 1);
      const std::string name(xml.substr(start, xml.find_first_of(" />\n", start) - start));
      if (name.empty()) return "a tag without a name";
      char quote = 0;
      size_t end = start;
      for (; end < xml.size() && (quote != 0 || xml[end] != '>'); ++end) {
        if (quote == 0 && xml[end] == '<') return "a tag within " + name;
        if (quote == 0 && xml[end] == '"')
          quote = '"';
        else if (xml[end] == quote)
          quote = 0;
      }
      if (end == xml.size()) return name + " does not end";
      if (closing) {
        if (open.empty() || open.back() != name) return "unexpected end of " + name;
        open.pop_back();
      } else if (xml[end - 1] != '/') {
        if (open.empty() && ++roots > 1) return "a second root";
        open.push_back(name);
      }
      at = end;
    } else if (static_cast<unsigned char>(xml[at]) < 0x20 && xml[at] != '\n') {
      return "a control character";
    }
    ++at;
  }
  return open.empty() ? "" : open.back() + " is not closed";
}

/// Draws it both ways and checks what must hold for any chart.
Image checked(const Chart& chart) {
  const std::string svg = chart_svg(chart);
  EXPECT_EQ(fault_in(svg), "");
  EXPECT_THAT(svg.substr(0, 300), HasSubstr("width=\"800px\""));
  EXPECT_EQ(svg, chart_svg(chart));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  const Bytes png = chart_png(chart);
  EXPECT_EQ(png, chart_png(chart));
  Image image = decode(png, "chart");
  EXPECT_EQ(image.width, 1600);
  return image;
}

/// Pixels clearly of the colour (the first of the palette by default).
int count_near(const Image& image, int red = 0x00, int green = 0x72, int blue = 0xB2) {
  int count = 0;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    count +=
        std::abs(image.pixels[i] - red) + std::abs(image.pixels[i + 1] - green) + std::abs(image.pixels[i + 2] - blue) <
        12;
  }
  return count;
}

Chart one_panel(std::vector<Series> series) {
  return {"title", {{"panel", "step", "loss", std::move(series)}}};
}

TEST(Chart, CheckerFindsFaults) {
  EXPECT_EQ(fault_in("<?xml version=\"1.0\"?>\n<a b=\"<>\"><c/>x &amp; y</a>"), "");
  for (const char* wrong : {"<a>", "<a></b>", "<a/ ><b></b><c></c>", "<a>&nbsp;</a>", "<a><</a>", "<a b=\"></a>"}) {
    EXPECT_NE(fault_in(wrong), "") << wrong;
  }
}

TEST(Chart, DrawsLinesInTheColoursOfThePalette) {
  const Image image = checked(one_panel({{"d", {0, 1, 2}, {1, 2, 1}}, {"g", {0, 1, 2}, {3, 1, 2}}}));
  EXPECT_GT(count_near(image), 500);
  EXPECT_GT(count_near(image, 0xD5, 0x5E, 0x00), 500);
}

TEST(Chart, TakesChartsWithoutData) {
  checked({});
  checked({"only a title", {}});
  checked(one_panel({}));
  checked(one_panel({{"empty", {}, {}}}));
  checked(one_panel({{"nothing finite", {0, 1, 2}, {kNan, kInfinity, -kInfinity}}}));
}

TEST(Chart, ShowsASinglePoint) {
  EXPECT_GT(count_near(checked(one_panel({{"a", {5}, {3}}}))), 50);
}

TEST(Chart, ShowsPointsBetweenGaps) {
  EXPECT_GT(count_near(checked(one_panel({{"", {0, 1, 2, 3, 4}, {1, kNan, 2, kNan, 3}}}))), 50);
}

TEST(Chart, ShowsConstantAndExtremeSeries) {
  for (const double value : {0.0, 0.7, -3e5, 1e99, 1e-300}) {
    EXPECT_GT(count_near(checked(one_panel({{"", {0, 1, 2}, {value, value, value}}}))), 500) << value;
  }
  EXPECT_GT(count_near(checked(one_panel({{"", {0, 1, 2, 3}, {-1e99, 1e99, 1e308, 0}}}))), 300);
  checked(one_panel({{"backwards", {5, 3, 1, 3, 5}, {1, 2, 3, 4, 5}}}));
  checked(one_panel({{"unequal", {1, 2, 3, 4}, {1, 2}}}));
}

TEST(Chart, DrawsTheRawSeriesPaleBehindItsSmoothedOne) {
  Series raw{"loss", {}, {}, true};
  for (int i = 0; i < 200; ++i) {
    raw.x.push_back(i);
    raw.y.push_back(i % 2);
  }
  const Image alone = checked(one_panel({raw})), both = checked(one_panel({raw, smoothed(raw, 0.9)}));
  EXPECT_LT(count_near(alone), count_near(both));
}

TEST(Chart, StaysSmallForLongSeries) {
  std::vector<Series> series;
  for (int k = 0; k < 2; ++k) {
    Series raw{"run " + std::to_string(k), {}, {}, true};
    for (int i = 0; i < 100'000; ++i) {
      raw.x.push_back(i);
      raw.y.push_back(std::sin(i * 0.7) + k);
    }
    series.push_back(smoothed(raw, 0.99));
    series.push_back(std::move(raw));
  }
  EXPECT_LT(chart_svg(one_panel(series)).size(), 400'000u);
  checked(one_panel(std::move(series)));
}

TEST(Chart, TakesHostileText) {
  const std::string hostile = "</title><script>alert(1)</script>&\xff\"'\x01";
  const Chart chart{
      hostile, {{hostile, hostile, hostile, {{hostile, {0, 1}, {0, 1}}, {std::string(10'000, 'w'), {0, 1}, {1, 0}}}}}};
  checked(chart);
  EXPECT_THAT(chart_svg(chart), Not(HasSubstr("<script")));
}

TEST(Chart, LaysOutManySeriesAndPanels) {
  Chart chart{"many", {}};
  for (int p = 0; p < 4; ++p) {
    Panel panel{"panel", "step", "", {}};
    for (int k = 0; k < 20; ++k)
      panel.series.push_back({"a run with quite a long name " + std::to_string(k), {0, 1}, {double(k), 2.0 * k}});
    chart.panels.push_back(panel);
  }
  const Image image = checked(chart);
  EXPECT_GT(image.height, image.width);
  EXPECT_GT(count_near(image, 0x56, 0xB4, 0xE9), 500);
}

TEST(Chart, ScattersEveryPointAndJoinsNone) {
  Series cloud{.name = "cloud", .x = {}, .y = {}, .scattered = true};
  for (int i = 0; i < 400; ++i) {
    cloud.x.push_back(i % 20);
    cloud.y.push_back(i / 20);
  }
  Series joined = cloud;
  joined.scattered = false;
  const Image dots = checked({"", {{"", "", "", {cloud}}}}), lines = checked({"", {{"", "", "", {joined}}}});
  EXPECT_LT(count_near(dots, 0x00, 0x72, 0xB2), 100) << "dots let others shine through; the legend's mark does not";
  EXPECT_GT(count_near(lines, 0x00, 0x72, 0xB2), 500);
  cloud.x[7] = kNan;
  checked({"", {{"", "", "", {cloud}}}});
}

/// From the first to the last pixel column with that colour.
int columns_near(const Image& image, int red, int green, int blue) {
  int first = image.width, last = -1;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const auto* p = image.at(x, y);
      if (std::abs(p[0] - red) + std::abs(p[1] - green) + std::abs(p[2] - blue) >= 12) continue;
      first = std::min(first, x), last = std::max(last, x);
    }
  }
  return last - first + 1;
}

TEST(Chart, LegendsOfDotsAreDots) {
  Series cloud{.name = "cloud", .x = {1, 2}, .y = {1, 2}, .scattered = true};
  const int dot = columns_near(checked({"", {{"", "", "", {cloud}}}}), 0x00, 0x72, 0xB2);
  EXPECT_GT(dot, 4);
  EXPECT_LT(dot, 14);
}

TEST(Chart, ColoursAndKindsOfLinesCanBeChosen) {
  Series one{.name = "one", .x = {0, 1, 2}, .y = {1, 2, 1}}, two = one;
  two.name = "two", two.colour = 2, two.dash = 1;
  const Image image = checked(one_panel({one, two}));
  EXPECT_GT(count_near(image, 0x00, 0x9E, 0x73), 200) << "the third of the palette";
  EXPECT_EQ(count_near(image, 0xD5, 0x5E, 0x00), 0) << "not the second";
  two.dash = 0;
  EXPECT_GT(count_near(checked(one_panel({one, two})), 0x00, 0x9E, 0x73), count_near(image, 0x00, 0x9E, 0x73));
}

TEST(Chart, ANoteStandsBeforeTheLegend) {
  Chart chart = one_panel({{"d", {0, 1}, {1, 2}}});
  const std::string without = chart_svg(chart);
  chart.panels[0].note = "moving average";
  EXPECT_NE(chart_svg(chart), without);
  checked(chart);
}

TEST(Chart, SaysItsTitleToScreenReaders) {
  const std::string svg = chart_svg({"losses & scores", {}});
  EXPECT_THAT(svg, StartsWith("<?xml"));
  EXPECT_THAT(svg, HasSubstr("<title>losses &amp; scores</title>"));
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
}

}  // namespace
}  // namespace ganymede::image
