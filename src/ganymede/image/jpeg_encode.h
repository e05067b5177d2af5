// Images into JPEG files.
#pragma once

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::image {

/// Encodes what people are shown of an image (shown() of depth.h: grey or RGB of 8 bits), with the colours of every
/// pixel; `quality` 1 to 100, libjpeg's. The same image gives the same bytes. Throws Error for one that is empty or
/// wider or higher than 65,500.
Bytes encode_jpeg(const Image& image, int quality = 95);

}  // namespace ganymede::image
