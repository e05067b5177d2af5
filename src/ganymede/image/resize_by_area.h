// Images made smaller by averaging over areas.
#pragma once

#include "ganymede/image/image.h"

namespace ganymede::image {

/// `image` at width x height: each new pixel is the mean of exactly what it covers (Pillow's BOX, OpenCV's INTER_AREA).
/// Less blur than resize()'s triangle: an image that was enlarged to twice its size comes back nearly as it was. A
/// side that grows is interpolated by resize(). Of 8 bits. Throws Error for empty sizes.
Image resize_by_area(const Image& image, int width, int height);

}  // namespace ganymede::image
