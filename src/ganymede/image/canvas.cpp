#include "ganymede/image/canvas.h"

#include <cairo-svg.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>
#include <vector>

#include "ganymede/core/error.h"
#include "ganymede/image/text.h"

namespace ganymede::image {
namespace {

constexpr double kMaxRasterSide = 32767;  // cairo's own limit
constexpr const char* kFontFamily = "DejaVu Sans";

cairo_status_t append(void* target, const unsigned char* data, unsigned length) {
  try {  // no exception may pass through cairo's frames
    static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void replace_once(std::string& text, const std::string& from, const std::string& to) {
  if (const size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

/// cairo numbers surfaces through the whole life of the process; the same drawing must give the same text.
void renumber_surfaces(std::string& svg) {
  const std::string prefix = "\"surface";
  for (size_t at = svg.find(prefix); at != std::string::npos; at = svg.find(prefix, at)) {
    at += prefix.size();
    const size_t end = svg.find_first_not_of("0123456789", at);
    if (end != std::string::npos) svg.replace(at, end - at, 1, '1');
  }
}

}  // namespace

Canvas Canvas::svg(double width, double height) {
  Canvas canvas;
  canvas.written_ = std::make_unique<std::string>();
  canvas.surface_.reset(cairo_svg_surface_create_for_stream(append, canvas.written_.get(), width, height));
  cairo_svg_surface_set_document_unit(canvas.surface_.get(), CAIRO_SVG_UNIT_PX);
  canvas.start();
  return canvas;
}

Canvas Canvas::raster(double width, double height, double scale) {
  if (std::max(width, height) * scale > kMaxRasterSide) {
    throw Error(fmt::format("a sheet of {:.0f} x {:.0f} pixels is too large to draw", width * scale, height * scale),
                {}, "use fewer images");
  }
  const double across = std::ceil(width * scale), down = std::ceil(height * scale);
  Canvas canvas;
  canvas.surface_.reset(
      cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(across), static_cast<int>(down)));
  canvas.start();
  canvas.fill_rectangle(0, 0, across, down, ink::kCard);  // the last column and row, too, where sizes are no whole ones
  cairo_scale(canvas.get(), scale, scale);
  return canvas;
}

const Canvas& measuring_canvas() {
  thread_local const Canvas canvas = Canvas::raster(1, 1, 1);
  return canvas;
}

/// Letters are measured and placed alike on every kind of sheet, so that one layout serves them all.
void Canvas::start() {
  context_.reset(cairo_create(surface_.get()));
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(get(), options);
  cairo_font_options_destroy(options);
  check();
}

void Canvas::check() const {
  const cairo_status_t status = cairo_status(get());
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(fmt::format("the drawing failed: {}", cairo_status_to_string(status)));
  }
}

void Canvas::colour(const Colour& c) const {
  cairo_set_source_rgba(get(), c.red, c.green, c.blue, c.alpha);
}

void Canvas::fill_rectangle(double x, double y, double width, double height, const Colour& c) const {
  colour(c);
  cairo_rectangle(get(), x, y, width, height);
  cairo_fill(get());
}

void Canvas::card(double x, double y, double width, double height, double radius) const {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(get());
  cairo_arc(get(), x + width - radius, y + radius, radius, -kQuarter, 0);
  cairo_arc(get(), x + width - radius, y + height - radius, radius, 0, kQuarter);
  cairo_arc(get(), x + radius, y + height - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(get(), x + radius, y + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(get());
  colour(ink::kCard);
  cairo_fill_preserve(get());
  colour(ink::kBorder);
  cairo_set_line_width(get(), 1);
  cairo_stroke(get());
}

void Canvas::line(double x1, double y1, double x2, double y2, const Colour& c, double width) const {
  colour(c);
  cairo_set_line_width(get(), width);
  cairo_move_to(get(), x1, y1);
  cairo_line_to(get(), x2, y2);
  cairo_stroke(get());
}

void Canvas::dot(double x, double y, double radius, const Colour& c) const {
  colour(c);
  cairo_new_sub_path(get());
  cairo_arc(get(), x, y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(get());
}

void Canvas::choose(Font font) const {
  cairo_select_font_face(get(), kFontFamily, CAIRO_FONT_SLANT_NORMAL,
                         font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(get(), font.size);
}

double Canvas::text_width(const std::string& text, Font font) const {
  choose(font);
  cairo_text_extents_t extents;
  cairo_text_extents(get(), clean_text(text).c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::fit(const std::string& text, Font font, double width) const {
  std::string clean = clean_text(text);
  if (text_width(clean, font) <= width) return clean;
  std::vector<size_t> starts;  // of the characters: only there may it be cut
  for (size_t i = 0; i < clean.size(); ++i) {
    if ((static_cast<unsigned char>(clean[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  const auto cut = std::partition_point(starts.begin(), starts.end(), [&](size_t start) {
    return text_width(clean.substr(0, start) + "…", font) <= width;
  });
  return clean.substr(0, cut == starts.begin() ? 0 : *(cut - 1)) + "…";
}

void Canvas::text(double x, double y, const std::string& text, Font font, const Colour& c, Align align) const {
  const double width = align == Align::left ? 0 : text_width(text, font);
  choose(font);
  colour(c);
  cairo_move_to(get(), x - (align == Align::right ? width : align == Align::centre ? width / 2 : 0), y);
  cairo_show_text(get(), clean_text(text).c_str());
}

void Canvas::text_upwards(double x, double y, const std::string& words, Font font, const Colour& c) const {
  cairo_save(get());
  cairo_translate(get(), x, y);
  cairo_rotate(get(), -std::numbers::pi / 2);
  text(0, 0, words, font, c, Align::centre);
  cairo_restore(get());
}

void Canvas::paste(double x, double y, const Image& image) const {
  const int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, image.width);
  std::vector<std::uint32_t> pixels(static_cast<size_t>(stride) / 4 * image.height);
  for (int row = 0; row < image.height; ++row) {
    for (int column = 0; column < image.width; ++column) {
      const std::uint8_t* from = image.at(column, row);
      const int second = image.channels == 3 ? 1 : 0, third = image.channels == 3 ? 2 : 0;
      pixels[static_cast<size_t>(stride) / 4 * row + column] =
          std::uint32_t{from[0]} << 16 | std::uint32_t{from[second]} << 8 | from[third];
    }
  }
  const std::unique_ptr<cairo_surface_t, Free> source(cairo_image_surface_create_for_data(
      reinterpret_cast<unsigned char*>(pixels.data()), CAIRO_FORMAT_RGB24, image.width, image.height, stride));
  cairo_set_source_surface(get(), source.get(), x, y);
  cairo_pattern_set_filter(cairo_get_source(get()), CAIRO_FILTER_NEAREST);
  cairo_paint(get());
  cairo_set_source_rgb(get(), 0, 0, 0);  // lets go of the surface, whose pixels die here
}

std::string Canvas::finish_svg(const std::string& title) {
  check();
  context_.reset();
  cairo_surface_finish(surface_.get());
  const cairo_status_t status = cairo_surface_status(surface_.get());
  surface_.reset();
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(fmt::format("the drawing failed: {}", cairo_status_to_string(status)));
  }
  std::string svg = std::move(*written_);
  renumber_surfaces(svg);
  replace_once(svg, "<svg ", "<svg role=\"img\" ");
  if (const size_t start = svg.find("<svg "); start != std::string::npos) {
    svg.insert(svg.find('>', start) + 1, "\n<title>" + xml_escaped(clean_text(title)) + "</title>");
  }
  return svg;
}

Image Canvas::finish_image() {
  check();
  context_.reset();
  cairo_surface_flush(surface_.get());
  Image image(cairo_image_surface_get_width(surface_.get()), cairo_image_surface_get_height(surface_.get()), 3);
  const unsigned char* data = cairo_image_surface_get_data(surface_.get());
  const int stride = cairo_image_surface_get_stride(surface_.get());
  for (int y = 0; y < image.height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(data + static_cast<size_t>(stride) * y);
    for (int x = 0; x < image.width; ++x) {
      std::uint8_t* to = image.at(x, y);
      to[0] = static_cast<std::uint8_t>(row[x] >> 16);
      to[1] = static_cast<std::uint8_t>(row[x] >> 8);
      to[2] = static_cast<std::uint8_t>(row[x]);
    }
  }
  return image;
}

}  // namespace ganymede::image
