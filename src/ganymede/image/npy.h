// Images into NumPy's files: every channel and every bit.
#pragma once

#include <span>

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::image {

/// An array [height, width, channels] of uint8 or uint16 as .npy, format version 1. The same image gives the same
/// bytes.
Bytes encode_npy(const Image& image);
/// Equally large images as one array [N, height, width, channels]. Throws Error where there are none or they differ.
Bytes encode_npy(std::span<const Image> images);

}  // namespace ganymede::image
