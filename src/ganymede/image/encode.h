// Images into PNG files.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::image {

/// Encodes a grey or RGB image. The same image and texts give the same bytes (no time stamp is written).
/// `text` is stored as named notes: the name is 1 to 79 printable ASCII characters, the content UTF-8.
/// Throws Error when the image is empty or a name is not allowed.
Bytes encode_png(const Image& image, std::span<const std::pair<std::string, std::string>> text = {});

}  // namespace ganymede::image
