#include "ganymede/image/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "ganymede/image/canvas.h"
#include "ganymede/image/encode.h"
#include "ganymede/image/series.h"

namespace ganymede::image {
namespace {

// Okabe and Ito's palette for all kinds of colour vision, without its yellow, which is lost on a light ground.
constexpr std::array kPalette = {Colour::of(0x0072B2), Colour::of(0xD55E00), Colour::of(0x009E73), Colour::of(0xCC79A7),
                                 Colour::of(0xE69F00), Colour::of(0x56B4E9), Colour::of(0x4B5563)};
struct Dash {
  std::array<double, 4> lengths;
  int count;
};
constexpr std::array<Dash, 4> kDashes = {{{{}, 0}, {{6, 3}, 2}, {{2, 3}, 2}, {{8, 3, 2, 3}, 4}}};

constexpr double kWidth = 800, kMargin = 24, kPlotHeight = 220, kRasterScale = 2;
constexpr double kChartTitle = 32, kPanelHead = 26, kTickText = 22, kAxisLabel = 18, kPanelGap = 24;
constexpr double kLegendSwatch = 18, kLegendGap = 18, kLegendRow = 20, kMaxName = 300;
constexpr Font kTitleFont{17, true}, kPanelFont{13.5, true}, kTextFont{12}, kTickFont{11.5};
constexpr int kTicksAcross = 7, kTicksUp = 5;
constexpr double kDotSpacing = 14;  // lines whose points are at least so far apart show them

struct Style {
  Colour colour;
  std::size_t dash = 0;  ///< of kDashes
  bool dots = false;     ///< in the legend too
};

struct LegendEntry {
  std::string name;
  std::optional<Style> style;  ///< none: a note, which has no line
  double x = 0, y = 0;         ///< of its left end and baseline, relative to the panel's left and top
};

/// Everything about a panel that is settled before drawing.
struct Layout {
  const Panel* panel = nullptr;
  std::vector<std::string> names;  ///< distinct series names, in order of appearance: the index chooses the style
  std::vector<LegendEntry> legend;
  double head = 0, height = 0;  ///< above the plot; in all
  double low_x = 0, high_x = 1, low_y = 0, high_y = 1;
  bool empty = true, whole_x = true;  ///< no points; all x are whole numbers (steps, epochs)
  std::vector<Tick> across, up;
};

/// Names beyond the palette repeat its colours with the next kind of line.
Style style_of(const Layout& layout, const std::string& name) {
  const auto& all = layout.panel->series;
  const auto series = std::find_if(all.begin(), all.end(), [&](const Series& one) { return one.name == name; });
  const auto place =
      static_cast<size_t>(std::find(layout.names.begin(), layout.names.end(), name) - layout.names.begin());
  const size_t at = series->colour < 0 ? place : static_cast<size_t>(series->colour);
  const size_t dash = static_cast<size_t>(series->dash) + at / kPalette.size();
  return {kPalette[at % kPalette.size()], dash % kDashes.size(), series->scattered};
}

/// What stands left of an entry's name.
double swatch_width(const LegendEntry& entry) {
  return entry.style ? kLegendSwatch + 6 : 0;
}

void find_ranges(Layout& layout) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double low_x = kInfinity, high_x = -kInfinity, low_y = kInfinity, high_y = -kInfinity;
  for (const Series& series : layout.panel->series) {
    for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
      if (!drawable(series.x[i]) || !drawable(series.y[i])) continue;
      layout.whole_x = layout.whole_x && series.x[i] == std::floor(series.x[i]);
      low_x = std::min(low_x, series.x[i]), high_x = std::max(high_x, series.x[i]);
      low_y = std::min(low_y, series.y[i]), high_y = std::max(high_y, series.y[i]);
    }
  }
  layout.empty = low_x > high_x;
  widen(low_x, high_x, 0, true);
  widen(low_y, high_y, 0.06, true);
  layout.low_x = low_x, layout.high_x = high_x, layout.low_y = low_y, layout.high_y = high_y;
  if (layout.empty) return;
  layout.across = ticks(low_x, high_x, kTicksAcross, layout.whole_x);
  layout.up = ticks(low_y, high_y, kTicksUp);
}

/// Beside the panel's title where there is room for all of it, else in rows below. Sets the height of the head.
void place_legend(Layout& layout, double width) {
  const Canvas& measure = measuring_canvas();
  const Panel& panel = *layout.panel;
  if (!panel.note.empty()) layout.legend.push_back({measure.fit(panel.note, kTextFont, kMaxName), std::nullopt});
  for (const std::string& name : layout.names) {
    if (name.empty() || (layout.names.size() == 1 && name == panel.title)) continue;
    layout.legend.push_back({measure.fit(name, kTextFont, kMaxName), style_of(layout, name)});
  }
  double total = 0;
  for (const LegendEntry& entry : layout.legend)
    total += swatch_width(entry) + measure.text_width(entry.name, kTextFont) + kLegendGap;
  const bool headed = !panel.title.empty() || !layout.legend.empty();
  layout.head = headed ? kPanelHead : 8;
  const double title = panel.title.empty() ? 0 : measure.text_width(panel.title, kPanelFont) + 2 * kLegendGap;
  const bool beside = title + total - kLegendGap <= width;
  double x = beside ? width - total + kLegendGap : 0;
  double y = beside || panel.title.empty() ? 13 : 13 + kLegendRow;
  for (LegendEntry& entry : layout.legend) {
    const double entry_width = swatch_width(entry) + measure.text_width(entry.name, kTextFont);
    if (!beside && x > 0 && x + entry_width > width) x = 0, y += kLegendRow;
    entry.x = x, entry.y = y;
    x += entry_width + kLegendGap;
  }
  if (headed) layout.head = std::max(layout.head, y + 13);
}

Layout lay_out(const Panel& panel) {
  Layout layout;
  layout.panel = &panel;
  for (const Series& series : panel.series) {
    if (std::find(layout.names.begin(), layout.names.end(), series.name) == layout.names.end()) {
      layout.names.push_back(series.name);
    }
  }
  find_ranges(layout);
  return layout;
}

void draw_axes(const Canvas& canvas, const Layout& layout, const Scale& x, const Scale& y) {
  const auto crisp = [](double value) { return std::floor(value) + 0.5; };  // hairlines fall on whole pixels
  for (const Tick& tick : layout.up) {
    const double at = crisp(y(tick.value));
    canvas.line(x.start, at, x.end, at, tick.value == 0 && y.low < 0 ? ink::kAxis : ink::kGrid);
    canvas.text(x.start - 8, at + 4, tick.label, kTickFont, ink::kMuted, Align::right);
  }
  canvas.line(x.start, crisp(y.start), x.end, crisp(y.start), ink::kAxis);
  for (const Tick& tick : layout.across) {
    const double at = crisp(x(tick.value));
    canvas.line(at, y.start, at, y.start + 5, ink::kAxis);
    canvas.text(at, y.start + 18, tick.label, kTickFont, ink::kMuted, Align::centre);
  }
  if (!layout.panel->x_label.empty()) {
    canvas.text((x.start + x.end) / 2, y.start + kTickText + 13, layout.panel->x_label, kTextFont, ink::kMuted,
                Align::centre);
  }
  if (!layout.panel->y_label.empty()) {
    canvas.text_upwards(kMargin + 10, (y.start + y.end) / 2, layout.panel->y_label, kTextFont, ink::kMuted);
  }
}

void draw_line(const Canvas& canvas, const std::vector<Point>& line, const Style& style, bool faint) {
  const Colour colour{style.colour.red, style.colour.green, style.colour.blue, faint ? 0.28 : 1};
  const double spacing =
      line.size() < 2 ? kDotSpacing : std::abs(line.back().x - line.front().x) / (static_cast<double>(line.size()) - 1);
  if (spacing >= kDotSpacing) {
    for (const Point& point : line) canvas.dot(point.x, point.y, faint ? 1.8 : 2.8, colour);
  }
  if (line.size() < 2) return;
  cairo_t* context = canvas.get();
  canvas.colour(colour);
  cairo_set_line_width(context, faint ? 1.3 : 1.8);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(context, kDashes[style.dash].lengths.data(), kDashes[style.dash].count, 0);
  cairo_move_to(context, line[0].x, line[0].y);
  for (size_t i = 1; i < line.size(); ++i) cairo_line_to(context, line[i].x, line[i].y);
  cairo_stroke(context);
  cairo_set_dash(context, nullptr, 0, 0);
}

void draw_dots(const Canvas& canvas, const Series& series, const Scale& x, const Scale& y, const Style& style) {
  const Colour colour{style.colour.red, style.colour.green, style.colour.blue, 0.45};
  for (size_t i = 0; i < std::min(series.x.size(), series.y.size()); ++i) {
    if (drawable(series.x[i]) && drawable(series.y[i])) canvas.dot(x(series.x[i]), y(series.y[i]), 1.7, colour);
  }
}

void draw_panel(const Canvas& canvas, const Layout& layout, double left, double right, double top) {
  const Panel& panel = *layout.panel;
  if (!panel.title.empty())
    canvas.text(left, top + 13, canvas.fit(panel.title, kPanelFont, right - left), kPanelFont, ink::kText);
  for (const LegendEntry& entry : layout.legend) {
    const double x = left + entry.x, y = top + entry.y;
    if (entry.style && entry.style->dots)
      canvas.dot(x + kLegendSwatch / 2, y - 4, 2.6, entry.style->colour);
    else if (entry.style)
      draw_line(canvas, {{x, y - 4}, {x + kLegendSwatch - 6, y - 4}, {x + kLegendSwatch, y - 4}}, *entry.style, false);
    canvas.text(x + swatch_width(entry), y, entry.name, kTextFont, entry.style ? ink::kText : ink::kMuted);
  }
  const Scale x{layout.low_x, layout.high_x, left, right};
  const Scale y{layout.low_y, layout.high_y, top + layout.head + kPlotHeight, top + layout.head};
  draw_axes(canvas, layout, x, y);
  if (layout.empty) {
    canvas.text((left + right) / 2, (y.start + y.end) / 2, "no data yet", kTextFont, ink::kMuted, Align::centre);
  }
  for (const bool faint : {true, false}) {
    for (const Series& series : panel.series) {
      if (series.faint != faint) continue;
      if (series.scattered) {
        draw_dots(canvas, series, x, y, style_of(layout, series.name));
        continue;
      }
      for (const auto& line : polylines(series, x, y)) draw_line(canvas, line, style_of(layout, series.name), faint);
    }
  }
}

/// The whole chart, on the canvas that `make` gives for its height.
template <class Make>
Canvas draw(const Chart& chart, bool framed, Make make) {
  const Canvas& measure = measuring_canvas();
  std::vector<Layout> layouts;
  double left = 0;
  for (const Panel& panel : chart.panels) {
    layouts.push_back(lay_out(panel));
    double labels = 24;
    for (const Tick& tick : layouts.back().up) labels = std::max(labels, measure.text_width(tick.label, kTickFont));
    left = std::max(left, labels + 8 + (panel.y_label.empty() ? 0 : 22));
  }
  left = std::ceil(kMargin + left);  // one for all panels, so that their axes are in line
  const double right = kWidth - kMargin;
  double height = kMargin + (chart.title.empty() ? 0 : kChartTitle);
  for (Layout& layout : layouts) {
    place_legend(layout, right - left);
    layout.height =
        layout.head + kPlotHeight + kTickText + (layout.panel->x_label.empty() ? 0 : kAxisLabel) + kPanelGap;
    height += layout.height;
  }
  height += layouts.empty() ? 48 : kMargin - kPanelGap;

  Canvas canvas = make(height);
  if (framed) {
    canvas.card(0.5, 0.5, kWidth - 1, height - 1, 10);
  } else {
    canvas.fill_rectangle(0, 0, kWidth, height, ink::kCard);
  }
  double top = kMargin;
  if (!chart.title.empty()) {
    canvas.text(kMargin, top + 14, canvas.fit(chart.title, kTitleFont, kWidth - 2 * kMargin), kTitleFont, ink::kText);
    top += kChartTitle;
  }
  if (layouts.empty()) canvas.text(kWidth / 2, top + 20, "no data yet", kTextFont, ink::kMuted, Align::centre);
  for (const Layout& layout : layouts) {
    draw_panel(canvas, layout, left, right, top);
    top += layout.height;
  }
  return canvas;
}

}  // namespace

bool can_draw_charts() {
  return true;
}

std::string chart_svg(const Chart& chart) {
  return draw(chart, true, [](double height) { return Canvas::svg(kWidth, height); })
      .finish_svg(chart.title.empty() ? "chart" : chart.title);
}

Bytes chart_png(const Chart& chart) {
  return encode_png(
      draw(chart, false, [](double height) { return Canvas::raster(kWidth, height, kRasterScale); }).finish_image());
}

}  // namespace ganymede::image
