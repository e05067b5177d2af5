// The sheets that carry text.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ganymede/core/error.h"
#include "ganymede/image/canvas.h"
#include "ganymede/image/depth.h"
#include "ganymede/image/grid.h"

namespace ganymede::image {
namespace {

constexpr double kMargin = 20, kGap = 4, kLabelGap = 14, kTitleHeight = 34, kPanelGap = 28, kMaxLabel = 260;
constexpr double kCaptionHeight = 16, kMaxName = 120;
constexpr Font kLabelFont{13}, kTitleFont{16, true}, kNameFont{11};

/// The one size of all images of all rows.
const Image& first_of_equal(std::span<const LabelledRow> rows) {
  const Image* first = nullptr;
  for (const LabelledRow& row : rows) {
    for (const Image& image : row.images) {
      if (first == nullptr) first = &image;
      if (image.width != first->width || image.height != first->height) {
        throw Error(fmt::format("a grid needs equally large images, but got {} x {} and {} x {}", first->width,
                                first->height, image.width, image.height));
      }
    }
  }
  if (first == nullptr) throw Error("a grid needs at least one image");
  return *first;
}

bool has_captions(const LabelledRow& row) {
  return std::any_of(row.captions.begin(), row.captions.end(), [](const auto& text) { return !text.empty(); });
}

}  // namespace

Image under_names(const Image& grid, std::span<const std::string> names, int cell, int padding) {
  const Canvas& measure = measuring_canvas();
  double tallest = 0;
  for (const auto& name : names) tallest = std::max(tallest, std::min(kMaxName, measure.text_width(name, kNameFont)));
  const double top = std::ceil(tallest) + 2 * kGap;
  Canvas canvas = Canvas::raster(grid.width, top + grid.height, 1);
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string name = measure.fit(names[i], kNameFont, kMaxName);
    const double middle = padding + static_cast<double>(i) * (cell + padding) + cell / 2.0;
    canvas.text_upwards(std::round(middle + 4), top - kGap - measure.text_width(name, kNameFont) / 2, name, kNameFont,
                        ink::kText);
  }
  canvas.paste(0, top, grid);
  return canvas.finish_image();
}

Image labelled_grid(std::span<const LabelledRow> rows, const std::string& title, int cell) {
  const Image& first = first_of_equal(rows);
  const int smallest = std::max(1, std::min(first.width, first.height));
  const int factor = std::max(1, (cell + smallest - 1) / smallest);
  const double step_x = first.width * factor + kGap;
  std::vector<double> places;  // of the rows' upper ends, and of the last one's lower end

  const Canvas& measure = measuring_canvas();
  size_t columns = 0;
  double label_width = 0;
  for (const LabelledRow& row : rows) {
    columns = std::max(columns, row.images.size());
    label_width = std::max(label_width, std::min(kMaxLabel, measure.text_width(row.label, kLabelFont)));
  }
  const double left = std::ceil(kMargin + (label_width > 0 ? label_width + kLabelGap : 0));
  const double top = kMargin + (title.empty() ? 0 : kTitleHeight);
  double width = left + static_cast<double>(columns) * step_x - kGap + kMargin;
  if (!title.empty()) width = std::max(width, measure.text_width(title, kTitleFont) + 2 * kMargin);
  places.push_back(top);
  for (const LabelledRow& row : rows)
    places.push_back(places.back() + first.height * factor + kGap + (has_captions(row) ? kCaptionHeight : 0));
  const double height = places.back() - kGap + kMargin;

  Canvas canvas = Canvas::raster(width, height, 1);
  if (!title.empty()) canvas.text(kMargin, kMargin + 14, title, kTitleFont, ink::kText);
  for (size_t r = 0; r < rows.size(); ++r) {
    const double y = places[r];
    canvas.text(left - kLabelGap, std::round(y + first.height * factor / 2.0 + 5),
                canvas.fit(rows[r].label, kLabelFont, kMaxLabel), kLabelFont, ink::kText, Align::right);
    for (size_t i = 0; i < rows[r].images.size(); ++i) {
      const double x = left + static_cast<double>(i) * step_x;
      canvas.paste(x, y, upscale(shown(rows[r].images[i]), factor));
      if (i >= rows[r].captions.size()) continue;
      canvas.text(x, y + first.height * factor + kCaptionHeight - 4,
                  canvas.fit(rows[r].captions[i], kNameFont, first.width * factor), kNameFont, ink::kText);
    }
  }
  return canvas.finish_image();
}

Image side_by_side(std::span<const std::pair<std::string, Image>> panels) {
  if (panels.empty()) throw Error("a figure needs at least one panel");
  const Canvas& measure = measuring_canvas();
  std::vector<double> widths;
  double width = 2 * kMargin - kPanelGap, tallest = 0;
  for (const auto& [title, image] : panels) {
    widths.push_back(
        std::max<double>(image.width, std::ceil(std::min(kMaxLabel, measure.text_width(title, kTitleFont)))));
    width += widths.back() + kPanelGap;
    tallest = std::max<double>(tallest, image.height);
  }
  const double top = kMargin + kTitleHeight - 6, height = top + tallest + kMargin;

  Canvas canvas = Canvas::raster(width, height, 1);
  double x = kMargin;
  for (size_t i = 0; i < panels.size(); ++i) {
    canvas.text(x, kMargin + 14, canvas.fit(panels[i].first, kTitleFont, std::max(widths[i], kMaxLabel)), kTitleFont,
                ink::kText);
    canvas.paste(x, top, panels[i].second);
    x += widths[i] + kPanelGap;
  }
  return canvas.finish_image();
}

}  // namespace ganymede::image
