// Images to another size or shape.
#pragma once

#include "ganymede/image/image.h"

namespace ganymede::image {

/// Resamples to width x height with a triangle filter (bilinear) that widens with the ratio on shrinking, so that fine
/// detail is averaged, not skipped. Agrees with Pillow's BILINEAR to one level. Throws Error for empty sizes.
Image resize(const Image& image, int width, int height);

/// The largest part around the middle whose sides are as width to height; an odd pixel is left out at the right or
/// bottom.
Image center_crop(const Image& image, int width, int height);

/// In the middle of a white image of width x height, which is at least as large; an odd pixel goes to the right or
/// bottom.
Image on_white(const Image& image, int width, int height);

}  // namespace ganymede::image
