// Which shape of the data set `shapes` an image shows: an exact referee for conditional generators and for coverage.
#pragma once

#include "ganymede/image/image.h"

namespace ganymede::data {

struct Attribution {
  int label;        ///< the nearest class of shape_names()
  double distance;  ///< 0 the very shape, 1 nothing in common (also for an image without any shape)
};

/// Rendered images of 32 x 32 stay below this; what is above shows no clear shape.
inline constexpr double kClearShape = 0.35;

/// Finds the shape (what differs from the border's colour), brings it to a standard place and size, and compares it
/// with each class: distance = 1 - overlap / union, of soft masks. Colour, place and size do not matter. Any size,
/// grey or RGB; deterministic; safe from several threads.
Attribution attribute_shape(const image::Image& image);

}  // namespace ganymede::data
