// Internal to image/: a sheet to draw on with cairo, ending as SVG text or as an image.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>

#include "ganymede/image/image.h"

namespace ganymede::image {

struct Colour {
  double red, green, blue, alpha = 1;
  static constexpr Colour of(unsigned rgb, double alpha = 1) {
    return {(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, alpha};
  }
};

namespace ink {
inline constexpr Colour kCard = Colour::of(0xFCFCFD), kBorder = Colour::of(0xDFE3E8), kGrid = Colour::of(0xE9ECF0),
                        kAxis = Colour::of(0xAEB6C0), kText = Colour::of(0x1F2933), kMuted = Colour::of(0x5B6673);
}  // namespace ink

enum class Align { left, centre, right };

struct Font {
  double size;  ///< pixels
  bool bold = false;
};

/// Lengths are pixels of the sheet, from the top left. cairo keeps the first error; the closing calls throw it.
class Canvas {
 public:
  /// A sheet that becomes SVG.
  static Canvas svg(double width, double height);
  /// A sheet that becomes an image of `scale` times its size. Throws Error when that is too large for cairo.
  static Canvas raster(double width, double height, double scale);

  cairo_t* get() const { return context_.get(); }
  void colour(const Colour& colour) const;
  void fill_rectangle(double x, double y, double width, double height, const Colour& colour) const;
  /// A rectangle with round corners, filled and with a hairline around it.
  void card(double x, double y, double width, double height, double radius) const;
  void line(double x1, double y1, double x2, double y2, const Colour& colour, double width = 1) const;
  void dot(double x, double y, double radius, const Colour& colour) const;
  /// `x` is the text's left end, middle or right end, `y` its baseline. Bytes that are not UTF-8 become '?'.
  void text(double x, double y, const std::string& text, Font font, const Colour& colour,
            Align align = Align::left) const;
  /// Reads upwards; (x, y) is the middle of the baseline.
  void text_upwards(double x, double y, const std::string& text, Font font, const Colour& colour) const;
  double text_width(const std::string& text, Font font) const;
  /// `text`, with its end replaced by an ellipsis where it would be wider than `width`.
  std::string fit(const std::string& text, Font font, double width) const;
  void paste(double x, double y, const Image& image) const;

  /// The finished drawing. `title` is what a screen reader says. Call once.
  std::string finish_svg(const std::string& title);
  Image finish_image();

 private:
  struct Free {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  };
  Canvas() = default;
  void start();
  void choose(Font font) const;
  void check() const;

  std::unique_ptr<std::string> written_;  ///< what cairo has written so far; must outlive the surface
  std::unique_ptr<cairo_surface_t, Free> surface_;
  std::unique_ptr<cairo_t, Free> context_;
};

/// For sizes known only by measuring: a sheet nothing is drawn on.
const Canvas& measuring_canvas();

}  // namespace ganymede::image
