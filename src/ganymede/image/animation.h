// Images that follow each other in one file.
#pragma once

#include <span>
#include <vector>

#include "ganymede/core/files.h"
#include "ganymede/image/image.h"

namespace ganymede::image {

/// The frames as shown() (depth.h) has them, repeated by whole pixels until they are about 128 wide: players show a
/// small file small.
std::vector<Image> enlarged_frames(std::span<const Image> frames);

/// An endless animation as APNG: every pixel as it is. The same images give the same bytes.
/// Throws Error when there are no images or they differ in size, or for a duration beyond 1..60000 ms.
Bytes encode_apng(std::span<const Image> frames, int milliseconds);

/// The same as GIF, which every program shows but which has at most 256 colours a frame, and times in 10 ms.
Bytes encode_gif(std::span<const Image> frames, int milliseconds);

}  // namespace ganymede::image
