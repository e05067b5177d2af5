// Many images on one sheet. What carries text needs cairo (CMake option GANYMEDE_CHARTS) and throws Error without it.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ganymede/image/image.h"

namespace ganymede::image {

/// Equally large images in rows of `columns`, `padding` near-white pixels around each, as shown() (depth.h) has
/// them. Grey unless one has colour.
/// Throws Error when there are no images, their sizes differ or the sheet would be unreasonably large.
Image grid(std::span<const Image> images, int columns, int padding = 2);

/// Rows of `above`, each over the row of what belongs to it in `below`. Throws Error as grid() does.
Image pair_grid(std::span<const Image> above, std::span<const Image> below, int columns);

/// Each pixel becomes factor x factor pixels. Throws Error when factor < 1 or the result would be unreasonably large.
Image upscale(const Image& image, int factor);

/// A grid whose images are `cell` pixels wide, with the names of its columns above it, which read upwards; RGB.
Image under_names(const Image& grid, std::span<const std::string> names, int cell, int padding = 2);

struct LabelledRow {
  std::string label;
  std::vector<Image> images;
  std::vector<std::string> captions = {};  ///< below each image; there may be fewer
};

/// One row a class with its name at the left, RGB. Small images are enlarged to at least `cell` pixels a side by a
/// whole factor. Rows may be of different lengths; all images must be equally large. Captions wider than their image
/// are cut.
Image labelled_grid(std::span<const LabelledRow> rows, const std::string& title = {}, int cell = 48);

/// Sheets beside each other, each under its title ("real", "generated"), RGB. They may differ in size.
Image side_by_side(std::span<const std::pair<std::string, Image>> panels);

}  // namespace ganymede::image
