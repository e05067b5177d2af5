// Images in memory, into files and out of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "ganymede/export.h"
#include "ganymede/image/image.h"
#include "ganymede/operations/requests.h"
#include "ganymede/operations/results.h"
#include "ganymede/version.h"

namespace ganymede {
inline namespace GANYMEDE_CXX_VERSION {

using image::Image;                // 8 or 16 bits a sample, rows from the top, channels interleaved
using operations::GeneratedImage;  // an image with the point that it was made from

/// Decodes PNG, JPEG, WebP, GIF, BMP and, where the library was built with them, TIFF, AVIF, HEIC and JPEG XL. Throws
/// Error for what is no image.
GANYMEDE_API Image read_image(const std::filesystem::path& file);

/// The same image gives the same bytes. Throws Error for an empty image.
GANYMEDE_API std::vector<std::uint8_t> encode_png(const Image& image);
/// The file appears whole or not at all. Throws Error where it cannot be written.
GANYMEDE_API void write_png(const std::filesystem::path& file, const Image& image);

/// Equally large images in rows of `columns`; about a square for 0. Throws Error where there are none.
GANYMEDE_API Image grid(std::span<const Image> images, int columns = 0);
GANYMEDE_API Image grid(std::span<const GeneratedImage> images, int columns = 0);

/// An endless animation: GIF where the file is called so, else APNG. Throws Error as the others do.
GANYMEDE_API void write_animation(const std::filesystem::path& file, std::span<const GeneratedImage> frames,
                                  int milliseconds = operations::kUsualMilliseconds);

}  // namespace GANYMEDE_CXX_VERSION
}  // namespace ganymede
