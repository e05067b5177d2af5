// Images into PNG files.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "ganymede/core/files.h"
#include "ganymede/image/depth.h"

namespace ganymede::image {

/// Encodes a grey or RGB image, 16 bits as they are. The same image and texts give the same bytes (no time stamp is
/// written). `text` is stored as named notes: the name is 1 to 79 printable ASCII characters, the content UTF-8. Throws
/// Error when the image is empty or a name is not allowed.
Bytes encode_png(const Image& image, std::span<const std::pair<std::string, std::string>> text = {});

/// What a file of one image is called behind the dot, and its bytes: PNG, or NPY (without the texts) where a PNG has no
/// such channels.
inline const char* file_ending(const Image& image) {
  return can_be_shown(image) ? ".png" : ".npy";
}
Bytes encode_file(const Image& image, std::span<const std::pair<std::string, std::string>> text = {});

}  // namespace ganymede::image
